// Lists the functions of `/openapi.json`, shows the types of one, and calls it with what is in the text field.

import { byId, element } from './element.js';

const source = document.querySelector('link[rel="service-desc"]').href;
let api;

async function start() {
  try {
    const response = await description();
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    api = await response.json();
  } catch (error) {
    byId('main').replaceChildren(element('p', { class: 'bad' }, `What is deployed cannot be read: ${error.message}`));
    return;
  }
  byId('title').textContent = document.title = api.info.title;
  byId('filter').addEventListener('input', list);
  addEventListener('hashchange', show);
  list();
  show();
}

/** The answer for `/openapi.json`, with a token where one is asked for: beside the admin API. */
async function description() {
  let authorization;
  for (;;) {
    const response = await fetch(source, { headers: authorization ? { authorization } : {} });
    if (response.status !== 401) return response;
    authorization = await token(authorization ? 'The server did not take this token.' : '');
  }
}

/** Asks for the token, which is kept in the page alone. */
function token(said) {
  const input = element('input', { type: 'password', autocomplete: 'off', 'aria-label': 'Token of the admin API', required: true });
  const form = element('form', {}, element('p', { class: 'quiet' }, 'The token of the admin API'), input, ' ', element('button', {}, 'Show'));
  byId('main').replaceChildren(form, element('p', { class: 'quiet' }, said));
  input.focus();
  return new Promise((resolve) => form.addEventListener('submit', (event) => {
    event.preventDefault();
    // A header field has bytes, not characters.
    resolve(`Bearer ${String.fromCharCode(...new TextEncoder().encode(input.value))}`);
  }, { once: true }));
}

/** A path as what it is made of: the deployed function, the interface, the function in it. */
function parts(path, operation) {
  const deployed = operation.tags[0];
  const rest = path.slice(path.indexOf(`/${deployed}/`) + deployed.length + 2);
  const end = rest.lastIndexOf('/');
  return { deployed, interface: rest.slice(0, Math.max(end, 0)), name: rest.slice(end + 1) };
}

/** The path in the address; one that is no path of ours is none. */
function current() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

/** The functions whose path has what is looked for, by the interface they are in. */
function list() {
  const wanted = byId('filter').value.trim().toLowerCase();
  const groups = new Map();
  for (const [path, { post }] of Object.entries(api.paths)) {
    if (!path.toLowerCase().includes(wanted)) continue;
    const place = parts(path, post);
    const group = [place.deployed, place.interface].filter(Boolean).join(' · ');
    const link = element('a', { href: `#${encodeURIComponent(path)}`, 'aria-current': path === current() && 'true' }, place.name);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(element('li', {}, link));
  }
  const sections = [...groups].map(([name, links]) => element('section', {}, element('h4', {}, name), element('ul', {}, ...links)));
  byId('list').replaceChildren(...(sections.length ? sections : [element('p', { class: 'quiet' }, 'None.')]));
}

/** The function that the address names, or else the first. */
function show() {
  const path = api.paths[current()] ? current() : Object.keys(api.paths)[0];
  list();
  if (!path) {
    byId('main').replaceChildren(element('p', { class: 'quiet' }, 'No function is deployed that is spoken to in JSON.'));
    return;
  }
  const { post } = api.paths[path];
  const place = parts(path, post);
  const body = post.requestBody.content['application/json'].schema;
  const [named, positions] = body.anyOf;
  // The order of the parameters is that of the positions.
  const rows = (positions.prefixItems ?? []).map(({ title: name }) => {
    const schema = named.properties[name];
    const optional = !(named.required ?? []).includes(name);
    return element('tr', {}, element('td', {}, element('code', {}, optional ? `${name}?` : name)), element('td', {}, type(optional ? some(schema) : schema)));
  });
  byId('main').replaceChildren(
    element('h2', {}, place.name),
    element('p', { class: 'quiet' }, [place.deployed, place.interface].filter(Boolean).join(' · ')),
    element('p', { class: 'docs' }, post.description ?? ''),
    element('h3', {}, 'Arguments'),
    rows.length ? element('table', {}, element('tbody', {}, ...rows)) : element('p', { class: 'quiet' }, 'None.'),
    element('h3', {}, 'Result'),
    type(post.responses['200'].content['application/json'].schema),
    ...failure(post),
    element('h3', {}, 'Call'),
    ...call(path, named),
  );
}

function failure(operation) {
  const content = operation.responses['422']?.content;
  if (!content) return [];
  return [element('h3', {}, 'Error'), type(content['application/json'].schema.properties.err)];
}

const resolve = (reference) => reference.slice(2).split('/').reduce((at, key) => at[key], api);
const shortName = (schema) => schema.title?.split('#').pop();

/** What an optional value is when it is there. */
function some(schema) {
  const [one, none] = schema.anyOf ?? [];
  return none?.type === 'null' ? { ...one, description: schema.description } : schema;
}

/** A schema in a line; a type with a name can be opened. */
function type(schema) {
  if (schema.$ref) {
    const target = resolve(schema.$ref);
    const opened = element('details', {}, element('summary', {}, element('code', {}, shortName(target) ?? schema.$ref)));
    opened.addEventListener('toggle', () => opened.childElementCount < 2 && opened.append(inside(target)), { once: true });
    return schema.description ? element('div', {}, note(schema.description), opened) : opened;
  }
  return inside(schema);
}

const note = (text) => element('div', { class: 'quiet docs' }, text);

function inside(schema) {
  const text = schema.description ? [note(schema.description)] : [];
  const shown = (name, part) => element('tr', {}, element('td', {}, element('code', {}, name)), element('td', {}, type(part)));
  if (schema.properties) {
    const rows = Object.entries(schema.properties).map(([name, part]) => {
      const optional = !(schema.required ?? []).includes(name);
      return shown(optional ? `${name}?` : name, optional ? some(part) : part);
    });
    return element('div', {}, ...text, element('table', {}, element('tbody', {}, ...rows)));
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    const some = choices.filter((choice) => choice.type !== 'null');
    const orNull = some.length < choices.length ? ['or ', element('code', {}, 'null')] : [];
    if (choices.every((choice) => choice.type === 'integer' || choice.type === 'number' || choice.pattern || choice.enum)) {
      return element('div', {}, ...text, element('code', {}, plain(choices[0])));
    }
    const lines = some.map((choice) => element('div', {}, type(choice)));
    return element('div', {}, ...text, ...lines, element('div', { class: 'quiet' }, ...orNull));
  }
  if (schema.prefixItems) {
    const rows = schema.prefixItems.map((part, index) => shown(String(index), part));
    return element('div', {}, ...text, 'array', element('table', {}, element('tbody', {}, ...rows)));
  }
  if (schema.items) return element('div', {}, ...text, 'array of ', type(schema.items));
  if (typeof schema.additionalProperties === 'object') {
    return element('div', {}, ...text, 'object of ', type(schema.additionalProperties));
  }
  return element('div', {}, ...text, element('code', {}, plain(schema)));
}

function plain(schema) {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.contentEncoding) return `string (${schema.contentEncoding})`;
  if (schema.maxLength === 1) return 'character';
  if (schema.type === 'integer' && schema.maximum > Number.MAX_SAFE_INTEGER) {
    return `${schema.minimum < 0 ? 'signed ' : ''}integer of 64 bits`;
  }
  if (schema.type === 'integer' && schema.maximum !== undefined) return `integer, ${schema.minimum} … ${schema.maximum}`;
  return schema.type ?? 'any';
}

/** A value that the schema allows, to begin with. */
function sample(schema) {
  if (schema.$ref) return sample(resolve(schema.$ref));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.some((choice) => choice.type === 'null') ? null : sample(choices[0]);
  switch (schema.type) {
    case 'object': {
      const wanted = Object.entries(schema.properties ?? {}).filter(([name]) => (schema.required ?? []).includes(name));
      return Object.fromEntries(wanted.map(([name, part]) => [name, sample(part)]));
    }
    case 'array': {
      if (schema.prefixItems) return schema.prefixItems.map((part) => sample(part));
      return schema.items ? Array.from({ length: schema.minItems ?? 1 }, () => sample(schema.items)) : [];
    }
    case 'string': return schema.maxLength === 1 ? 'a' : '';
    case 'boolean': return false;
    case 'null': return null;
    default: return 0;
  }
}

function call(path, schema) {
  const input = element('textarea', { 'aria-label': 'Arguments as JSON', spellcheck: 'false' });
  input.value = JSON.stringify(sample(schema), null, 2);
  const button = element('button', { type: 'button' }, 'Call');
  const status = element('span', { class: 'quiet' });
  const output = element('pre', { hidden: true, tabindex: '0', 'aria-label': 'Answer' });
  const run = async () => {
    button.disabled = true;
    status.className = 'quiet';
    status.textContent = 'Waiting…';
    const began = performance.now();
    try {
      const response = await fetch(new URL(path, source), { method: 'POST', headers: { 'content-type': 'application/json' }, body: input.value });
      const text = await response.text();
      status.className = response.ok ? 'good' : 'bad';
      status.textContent = `${response.status} ${response.statusText} · ${Math.round(performance.now() - began)} ms`;
      output.textContent = indented(text);
      output.hidden = false;
    } catch (error) {
      status.className = 'bad';
      status.textContent = `No answer: ${error.message}`;
    }
    button.disabled = false;
  };
  button.addEventListener('click', run);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
  });
  return [
    element('p', { class: 'quiet' }, element('code', {}, `POST ${path}`)),
    input,
    element('div', { class: 'row' }, button, status),
    output,
  ];
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

start();
