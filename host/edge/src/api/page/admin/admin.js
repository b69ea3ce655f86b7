// Looks at the admin API each second, while somebody looks at this page, and shows what it says.

import { byId } from './element.js';
import { NoAnswer, Refused, read, show } from './api.js';
import { Configuration } from './configuration.js';
import { Decisions } from './decisions.js';
import { Functions } from './functions.js';
import { History } from './history.js';

const EVERY = 1000;
/** The longest time to a next try, when nobody answers. */
const LONGEST = 16_000;
/** How old the shown decisions may be while nothing else has changed: the log is read as a whole. */
const DECISIONS = 10_000;

const history = new History();
const functions = new Functions(history, soon);
const decisions = new Decisions();
const configuration = new Configuration(soon);

let timer;
let looking = false;
let again = false;
let failed = 0;
let tokens = 0;
/** What this server has not: it is asked for once. */
const absent = new Set();
let decided = { at: -Infinity, by: '' };

/** Looks at once. */
function soon() {
  again = looking;
  if (!looking) look();
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) {
    say('resting', 'Resting while nobody looks');
    return;
  }
  looking = true;
  let next = EVERY;
  try {
    await see();
  } catch (error) {
    next = trouble(error);
  }
  looking = false;
  if (again) next = 0;
  again = false;
  if (next !== undefined) timer = setTimeout(look, next);
}

async function see() {
  const found = await read('functions');
  if (failed) absent.clear();
  failed = 0;
  history.take(found);
  functions.show(found);
  await part('reload', configuration);
  const changed = JSON.stringify(found.functions.map(({ name, versions }) => [name, versions.map(({ role, digest, weight }) => [role, digest, weight])]));
  if (changed !== decided.by || performance.now() - decided.at > DECISIONS) {
    await part('decisions', decisions);
    decided = { at: performance.now(), by: changed };
  }
  byId('main').hidden = false;
  byId('token-form').hidden = true;
  say('live', 'Live');
}

/** A part of the page that a server may have nothing for. */
async function part(path, shown) {
  if (absent.has(path)) return;
  try {
    shown.show(await read(path));
  } catch (error) {
    if (!(error instanceof Refused) || error.document.status !== 404) throw error;
    absent.add(path);
    const { detail } = error.document;
    shown.none(`${detail[0].toUpperCase()}${detail.slice(1)}.`);
  }
}

/** Says what is wrong, and when to look again; never, if it takes somebody. */
function trouble(error) {
  if (error instanceof NoAnswer) {
    const next = Math.min(EVERY * 2 ** failed, LONGEST);
    failed += 1;
    say('gone', `The server does not answer. Next try in ${next / 1000} s.`);
    return next;
  }
  if (!(error instanceof Refused)) {
    console.error(error);
    say('gone', `This page has failed: ${error.message}`);
    return EVERY;
  }
  const { status, detail } = error.document;
  if (status === 401) {
    demand();
    return undefined;
  }
  failed += 1;
  say('gone', `The server says no (${status}): ${detail}`);
  return LONGEST;
}

function demand() {
  say('token', 'A token is asked for');
  byId('token-said').textContent = tokens ? 'The server did not take this token.' : '';
  byId('token').setAttribute('aria-invalid', tokens > 0);
  byId('token-form').hidden = false;
  byId('token').focus();
}

function say(state, text) {
  const status = byId('status');
  status.dataset.state = state;
  // Only what is new is read out.
  if (status.textContent !== text) status.textContent = text;
  byId('main').toggleAttribute('data-old', state !== 'live');
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  show(byId('token').value);
  byId('token').value = '';
  tokens += 1;
  say('reading', 'Reading…');
  soon();
});
document.addEventListener('visibilitychange', soon);
look();
