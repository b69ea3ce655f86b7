// The script of the Worker: one component, called by messages from the page.

import { compile, instantiate } from '../../index.js';
import { exportedFunction } from '../export.js';
import { guestOf } from '../guest.js';
import { dispose } from '../names.js';
import { recordOf } from '../resources.js';
import { decodeError, encodeError } from './failures.js';
import { importsFrom, numberOf } from './imports.js';
import { Table, decode, encode } from './values.js';

/** What the page knows by number: resources of the component, and calls of the page's functions that are not over. */
const objects = new Table();
const waiting = new Table();
let component;
let imports;
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
  async start({ bytes, shape, wasi, handlers, isAsync }) {
    imports = importsFrom(shape, { call: callPage, drop: (number) => postMessage({ drop: number }), forget: (number) => postMessage({ forget: number }) });
    const outputs = handlers.map((name) => [name, (...args) => postMessage({ wasi: { name, args } })]);
    const progress = (step) => step.phase === 'compile' && postMessage({ progress: step });
    const compiled = await compile(bytes, { progress });
    const options = { imports: imports.object, wasi: { ...wasi, ...Object.fromEntries(outputs) }, async: isAsync };
    component = await instantiate(compiled, options);
    return component[guestOf].plan.exports;
  },

  async call({ item, args }) {
    if (!functions.has(item.export)) functions.set(item.export, exportedFunction(component[guestOf], component, item));
    return values.encode(await functions.get(item.export)(...values.decode(args)));
  },
};

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

const isObject = (value) => value !== null && typeof value === 'object';

onmessage = async ({ data: { type, content } }) => {
  if (Object.hasOwn(NOTES, type)) {
    NOTES[type](content);
    return;
  }
  try {
    postMessage({ done: await MESSAGES[type](content) });
  } catch (error) {
    postMessage({ failed: { error: encodeError(error, values), origin: isObject(error) ? origins.get(error) : undefined } });
  }
};
