// A version on trial: how far it is, how both sides do, what was decided last, and what can be done by hand.

import { element } from './element.js';
import { ask } from './dialog.js';
import { tell } from './api.js';
import { count, probability, share, time, title } from './words.js';

/** The trial of a function; `after` is called when something was done. */
export class Trial {
  node;
  #function;
  #step = element('p', { class: 'quiet' });
  #decision = element('p', { class: 'quiet decision' });
  #sides = { stable: element('tr'), canary: element('tr') };

  constructor(after) {
    const button = (name, wanted) => {
      const made = element('button', { type: 'button', class: 'plain' }, name);
      made.addEventListener('click', () => {
        const asked = wanted(this.#function, ...sides(this.#function));
        ask({ ...asked, act: (number) => asked.act(number).finally(after) });
      });
      return made;
    };
    const head = ['', 'calls', 'failed', 'trapped', 'p99'].map((name) => element('th', { scope: 'col' }, name));
    this.node = element(
      'section',
      { class: 'trial', 'aria-label': 'Trial' },
      element('div', { class: 'title' },
        element('h4', {}, 'Trial'),
        element('div', { class: 'actions' },
          button('Set weight…', weight),
          button('Roll back…', rollback),
          button('Promote…', promote))),
      this.#step,
      element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, this.#sides.stable, this.#sides.canary)),
      this.#decision,
    );
  }

  show(of) {
    this.#function = of;
    const { trial } = of;
    this.#step.textContent = trial.step === null ? 'Its weight stays until somebody decides.' : `It goes in steps, and is at step ${trial.step + 1}.`;
    for (const side of ['stable', 'canary']) this.#sides[side].replaceChildren(...row(side, trial[side]));
    this.#decision.textContent = decided(trial.last_decision);
  }
}

function row(side, { calls, failed, trapped, p99_micros: p99 }) {
  const cells = [count(calls), part(failed, calls), part(trapped, calls), time(p99)];
  return [element('th', { scope: 'row' }, side), ...cells.map((text) => element('td', {}, text))];
}

const part = (some, all) => (some ? `${count(some)} (${share(some / all)})` : '0');

/** A decision in a sentence or two. */
function decided(decision) {
  if (!decision) return 'Nothing was decided yet.';
  const { look, level, rollback: cause, doubt, of_window: likely } = decision;
  if (!level) return `It goes back (${cause}).`;
  const least = Math.min(likely.errors, likely.traps, likely.latency);
  const why = `Probability that chance alone makes it so much worse: ${probability(least)} (below ${probability(level)} it goes back).`;
  const waits = !cause && doubt ? ` There is doubt (${doubt}), so it gets no more calls.` : '';
  return `Look ${look}: it ${cause ? `goes back (${cause})` : 'stays'}. ${why}${waits}`;
}

const sides = ({ versions }) => ['stable', 'canary'].map((role) => versions.find((version) => version.role === role));

const to = (name, verb) => `functions/${encodeURIComponent(name)}/${verb}`;

function promote({ name }, stable, canary) {
  return {
    title: `Promote ${title(canary)} of ${name}?`,
    text: `It takes the place of ${title(stable)}, and every call that asks for no version gets it.`,
    verb: 'Promote',
    act: () => tell(to(name, 'promote')),
  };
}

function rollback({ name }, stable, canary) {
  return {
    title: `Roll back ${title(canary)} of ${name}?`,
    text: `The trial ends, and every call that asks for no version gets ${title(stable)}.`,
    verb: 'Roll back',
    act: () => tell(to(name, 'rollback')),
  };
}

function weight({ name, trial }, stable, canary) {
  const steps = trial.step === null ? '' : ' Its steps end with that.';
  return {
    title: `Set the weight of ${title(canary)} of ${name}`,
    text: `The rest of the calls gets ${title(stable)}.${steps}`,
    verb: 'Set weight',
    number: Math.round(canary.weight),
    act: (percent) => tell(to(name, 'weight'), { percent }),
  };
}
