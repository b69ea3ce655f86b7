// The configuration in use, what the last reload came to, and a reload by hand.

import { byId, element } from './element.js';
import { ask } from './dialog.js';
import { listed } from './problem.js';
import { tell } from './api.js';
import { count, moment } from './words.js';

const ASKED_BY = { files: 'because files changed', hangup: 'by SIGHUP', hand: 'by hand' };

export class Configuration {
  #shown = '';

  constructor(after) {
    byId('reload').addEventListener('click', () => ask({
      title: 'Reload the configuration?',
      text: 'All that it says is served, or nothing is changed and you are told why.',
      verb: 'Reload',
      // A reload that was refused is told of too.
      act: () => tell('reload').finally(after),
    }));
  }

  show(state) {
    byId('reload').hidden = false;
    // What is read stays in its place while nothing has changed.
    const shown = JSON.stringify(state);
    if (shown === this.#shown) return;
    this.#shown = shown;
    byId('configuration').replaceChildren(element('p', {}, `Number ${count(state.generation)} is in use.`), ...last(state.last));
  }

  none(why) {
    this.#shown = '';
    byId('reload').hidden = true;
    byId('configuration').replaceChildren(element('p', { class: 'quiet' }, why));
  }
}

function last(attempt) {
  if (!attempt) return [element('p', { class: 'quiet' }, 'It was not reloaded yet.')];
  const { at, took, trigger, result, deployed, removed, problems, warnings, restart } = attempt;
  const when = element('time', { datetime: new Date(at).toISOString() }, moment(at));
  const words = { changed: 'something else is served', unchanged: 'nothing was changed', failed: 'it cannot be served; what was served is served on' };
  const line = element('p', { class: result === 'failed' ? 'bad' : 'quiet' }, 'Last reload ', when, ` ${ASKED_BY[trigger] ?? trigger}, in ${count(took)} ms: ${words[result] ?? result}.`);
  const names = (word, some) => (some?.length ? [element('p', { class: 'quiet' }, `${word} ${some.join(', ')}.`)] : []);
  const served = [...names('New, or another than before:', deployed), ...names('Gone:', removed), ...names('Taken when the process is started again:', restart)];
  const told = [problems, warnings].filter((some) => some?.length);
  return [line, ...served, ...told.map(listed)];
}
