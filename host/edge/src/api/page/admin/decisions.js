// What was decided about versions, the latest first.

import { Children, byId, element } from './element.js';
import { count, moment, percent, short } from './words.js';

/** How many are shown. */
const SHOWN = 20;

const BY = { hand: 'by hand', configuration: 'by the configuration', schedule: 'by schedule', trial: 'by its trial' };

export class Decisions {
  #entries = new Children(byId('decisions'), (entry) => JSON.stringify(entry), (entry) => new Entry(entry));

  show({ older, decisions }) {
    const latest = decisions.slice(-SHOWN).reverse();
    this.#entries.show(latest);
    const more = older + decisions.length - latest.length;
    this.#say(latest.length ? more && `${count(more)} before these.` : 'Nothing was decided yet.');
  }

  /** There are none to show, for this reason. */
  none(why) {
    this.#entries.show([]);
    this.#say(why);
  }

  #say(text) {
    byId('no-decisions').hidden = !text;
    byId('no-decisions').textContent = text || '';
  }
}

class Entry {
  node;

  constructor(entry) {
    const when = element('time', { datetime: new Date(entry.at).toISOString() }, moment(entry.at));
    const what = element('div', {}, element('strong', {}, entry.function), ': ', ...sentence(entry));
    this.node = element('li', { 'data-event': entry.event }, when, what);
  }

  update() {}
}

function sentence({ event, by, weight, decision, stable, canary }) {
  const [old, recent] = [stable, canary].map((digest) => element('code', { title: `sha256:${digest}` }, short(digest)));
  const who = BY[by] ?? by;
  switch (event) {
    case 'began': return [recent, ` on trial beside `, old, `, ${percent(weight / 100)} of the calls, ${who}`];
    case 'weight': return [recent, ` gets ${percent(weight / 100)} of the calls, ${who}`];
    case 'promoted': return [recent, ' promoted in the place of ', old, `, ${who}`];
    case 'rolled-back': return [recent, ` rolled back, ${who}`, decision?.rollback ? `: ${reason(decision)}` : ''];
    case 'replaced': return [recent, ' in the place of ', old, `, ${who}`];
    default: return [`${event}, ${who}`];
  }
}

/** Why it went back, in the figures that it was decided by. */
function reason({ rollback, canary, stable, batch }) {
  const of = (some) => `${count(canary[some])} of ${count(canary.calls)}, beside ${count(stable[some])} of ${count(stable.calls)}`;
  switch (rollback) {
    case 'errors': return `failed ${of('failed')}`;
    case 'traps': return `trapped ${of('trapped')}`;
    case 'none-succeeded': return `none of its latest ${count(batch.calls)} calls succeeded`;
    case 'no-calls': return 'nobody has called it for too long';
    case 'undecided': return 'its step could not be ended for too long';
    case 'not-instantiated': return `no instance for ${of('not_instantiated')}`;
    default: return rollback;
  }
}
