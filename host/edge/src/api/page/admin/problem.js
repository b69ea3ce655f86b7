// What is in the way, as the API says it.

import { element } from './element.js';
import { Refused } from './api.js';

/** An error of the API, with all that it says. */
export function told(error) {
  if (!(error instanceof Refused)) return [element('p', { class: 'bad' }, `No answer: ${error.message}`)];
  const { status, title, kind, detail, problems } = error.document;
  const head = element('p', { class: 'bad' }, `${status} ${title} · `, element('code', {}, kind));
  // The problems say what the detail does, each by itself.
  return [head, problems?.length ? listed(problems) : element('p', {}, detail)];
}

/** Problems of a configuration, each with what would break callers. */
export function listed(problems) {
  const one = ({ path, message, changes }) =>
    element('li', {}, path && element('code', {}, path), path ? ': ' : '', message, ...(changes?.length ? [element('ul', {}, ...changes.map(change))] : []));
  return element('ul', { class: 'problems' }, ...problems.map(one));
}

function change({ class: kind, path, expected, found }) {
  const said = [element('code', {}, kind), ' at ', element('code', {}, path)];
  return element('li', {}, ...said, `: expected ${expected ?? 'nothing'}, found ${found ?? 'nothing'}`);
}
