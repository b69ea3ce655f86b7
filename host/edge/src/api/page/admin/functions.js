// Functions, each with its versions and what is measured of them.

import { Children, byId, drawn, element } from './element.js';
import { Sparkline } from './sparkline.js';
import { Trial } from './trial.js';
import { count, percent, rate, share, short, time } from './words.js';

/** The functions of the page; `after` is called when something was done about one. */
export class Functions {
  #cards;

  constructor(history, after) {
    this.#cards = new Children(byId('functions'), ({ name }) => name, (of) => new Card(of.name, history, after));
  }

  show({ functions }) {
    byId('no-functions').hidden = functions.length > 0;
    this.#cards.show(functions);
  }
}

class Card {
  node;
  #breaker = element('span', { class: 'badge' });
  #busy = element('span', { class: 'quiet' });
  #split = new Split();
  #versions = element('ul', { class: 'versions' });
  #children;
  #trial;

  constructor(name, history, after) {
    this.#trial = new Trial(after);
    this.#children = new Children(this.#versions, ({ role, digest }) => `${role} ${digest}`, (version) => new Version(name, version, history));
    this.node = element(
      'article',
      { 'aria-label': name, 'data-function': name },
      element('div', { class: 'title' }, element('h3', {}, name), this.#breaker, this.#busy),
      this.#split.node,
      this.#versions,
      this.#trial.node,
    );
  }

  update(of) {
    const { breaker, running, queued, versions, trial } = of;
    const opened = breaker.opened ? `, opened ${count(breaker.opened)}×` : '';
    this.#breaker.textContent = `breaker ${breaker.state}${opened}`;
    this.#breaker.dataset.state = breaker.state;
    this.#busy.textContent = `${count(running)} running, ${count(queued)} queued`;
    this.#split.show(versions);
    this.#children.show(versions);
    this.#trial.node.hidden = !trial;
    if (trial) this.#trial.show(of);
  }
}

/** How calls are shared, as a bar. */
class Split {
  #stable = drawn('rect', { class: 'stable', y: 0, height: 6 });
  #canary = drawn('rect', { class: 'canary', y: 0, height: 6 });
  node = drawn('svg', { class: 'split', viewBox: '0 0 100 6', preserveAspectRatio: 'none', role: 'img' }, this.#stable, this.#canary);

  show(versions) {
    const canary = versions.find(({ role }) => role === 'canary');
    this.node.toggleAttribute('hidden', !canary);
    if (!canary) return;
    this.#stable.setAttribute('width', 100 - canary.weight);
    this.#canary.setAttribute('x', 100 - canary.weight);
    this.#canary.setAttribute('width', canary.weight);
    this.node.setAttribute('aria-label', `stable ${percent(100 - canary.weight)}, canary ${percent(canary.weight)} of the calls`);
  }
}

class Version {
  node;
  #name;
  #history;
  #weight = element('span', { class: 'weight' });
  #outcomes = element('p', { class: 'quiet outcomes' });
  #lines = {
    rate: new Sparkline('calls/s', 'calls per second', 'rate', rate, 1),
    failed: new Sparkline('failed', 'share of calls that failed', 'failed', share, 0.05),
    p50: new Sparkline('median', 'median time', 'time', time, 100),
    p99: new Sparkline('p99', '99th percentile of times', 'time', time, 100),
  };

  constructor(name, { role, digest, version }, history) {
    this.#name = name;
    this.#history = history;
    const lines = Object.values(this.#lines).map(({ node }) => node);
    this.node = element(
      'li',
      { 'data-role': role, 'data-digest': digest },
      element('div', { class: 'title' },
        element('span', { class: `badge ${role}` }, role),
        version && element('strong', {}, version),
        element('code', { title: `sha256:${digest}` }, short(digest)),
        this.#weight),
      element('dl', { class: 'measures' }, ...lines),
      this.#outcomes,
    );
  }

  update(version) {
    const { role, weight, outcomes } = version;
    this.#weight.textContent = role === 'side-by-side' ? 'on request' : percent(weight);
    const series = this.#history.of(this.#name, version);
    for (const [name, line] of Object.entries(this.#lines)) line.show(series[name]);
    const ended = Object.entries(outcomes).filter(([, calls]) => calls > 0);
    ended.sort(([, one], [, other]) => other - one);
    this.#outcomes.textContent = ended.length ? ended.map(([outcome, calls]) => `${outcome} ${count(calls)}`).join(' · ') : 'no calls yet';
  }
}
