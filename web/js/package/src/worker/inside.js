// What the Worker does: one component, called by messages from the page.

import { compileFrom, directory, instantiate } from '../compiled.js';
import { exportedFunction } from '../export.js';
import { guestOf } from '../guest.js';
import { dispose } from '../names.js';
import { placeOf, setPlaces } from '../places.js';
import { recordOf } from '../resources.js';
import { Translating } from '../translation/translating.js';
import { take as takeTranslator } from '../translation/translator.js';
import { decodeError, encodeError } from './failures.js';
import { importsFrom, numberOf } from './imports.js';
import { Mirror } from './mirror.js';
import { Table, decode, encode } from './values.js';

/** What the page knows by number: resources of the component, and calls of the page's functions that are not over. */
const objects = new Table();
const waiting = new Table();
let component;
let imports;
/** The directories that the component is granted, as the page has them. */
let mirrors = [];
/** Exported functions by their number in the plan. */
const functions = new Map();

const values = {
  encode: (value) =>
    encode(value, (object) => {
      const number = numberOf(object);
      if (number !== undefined) return { host: number };
      const record = recordOf(object);
      return record && { guest: objects.add(object), of: record.resource.number };
    }),
  decode: (value) => decode(value, ({ host, guest: number, of }) => (host === undefined ? objects.get(number) : imports.standIn(of, host))),
};

/** Calls a function of the page: a promise. */
function callPage(target, self, args) {
  return new Promise((resolve, reject) => {
    const number = waiting.add({ resolve, reject });
    postMessage({ import: { number, target, self: values.encode(self), args: values.encode(args) } });
  });
}

/** Errors of the page's functions, which the page knows again by number. */
const origins = new WeakMap();

const MESSAGES = {
  async start({ bytes, places, translator, address, keep, shape, wasi, handlers, grants, files, isAsync }) {
    setPlaces(places);
    if (translator !== undefined) takeTranslator(translator);
    const trees = await Promise.all(files.map(() => directory()));
    mirrors = trees.map(({ tree }) => new Mirror(tree));
    take(files);
    const directories = Object.fromEntries(grants.map(({ path, number, readOnly }) => [path, { directory: trees[number], readOnly }]));
    imports = importsFrom(shape, { call: callPage, drop: (number) => postMessage({ drop: number }), forget: (number) => postMessage({ forget: number }) });
    const outputs = handlers.map((name) => [name, (...args) => postMessage({ wasi: { name, args } })]);
    const progress = (step) => step.phase === 'compile' && postMessage({ progress: step });
    const compiled = await compileFrom(bytes, { progress, keep, imports: imports.object, wasi: { directories } }, translationFrom(address));
    const options = { imports: imports.object, wasi: { ...wasi, ...Object.fromEntries(outputs), directories }, async: isAsync };
    component = await instantiate(compiled, options);
    return component[guestOf].plan.exports;
  },

  async call({ item, args, files }) {
    take(files);
    if (!functions.has(item.export)) functions.set(item.export, exportedFunction(component[guestOf], component, item));
    return values.encode(await functions.get(item.export)(...values.decode(args)));
  },
};

/** What takes a component that is not precompiled, if the page has that. */
function translationFrom(address) {
  if (placeOf('translatorWasm') === undefined) return undefined;
  return (source, options) => new Translating(source, options, address);
}

/** Messages that nobody waits for. */
const NOTES = {
  reply({ number, value, error, origin }) {
    const { resolve, reject } = waiting.take(number);
    if (error === undefined) return resolve(values.decode(value));
    const thrown = decodeError(error, values);
    if (isObject(thrown)) origins.set(thrown, origin);
    return reject(thrown);
  },

  dispose(number) {
    try {
      objects.take(number)?.[dispose]();
    } catch {
      // Its destructor has trapped, which the next call says.
    }
  },
};

/** What the page has changed of its directories since the last call. */
const take = (files) => files.forEach((changes, index) => changes && mirrors[index].apply(changes));

/** What the component has changed of them; nothing where the engine itself has failed. */
function given() {
  try {
    return mirrors.map((mirror) => mirror.changes());
  } catch {
    return [];
  }
}

const isObject = (value) => value !== null && typeof value === 'object';

async function receive({ data: { type, content } }) {
  if (Object.hasOwn(NOTES, type)) {
    NOTES[type](content);
    return;
  }
  try {
    const done = await MESSAGES[type](content);
    postMessage({ files: given(), done });
  } catch (error) {
    postMessage({ files: given(), failed: { error: encodeError(error, values), origin: isObject(error) ? origins.get(error) : undefined } });
  }
}

/** Does what the page asks for. */
export function listen() {
  onmessage = receive;
}
