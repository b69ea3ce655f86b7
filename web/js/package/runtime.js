// Precompiled components for web pages, without a translator: `load` one, call what it exports.

import { orAborted } from './src/abort.js';
import { Component } from './src/component.js';
import { Guest } from './src/guest.js';
import { hostCalls } from './src/import.js';
import { Imports } from './src/imports.js';
import { readFile } from './src/runtime/file.js';
import { Instance } from './src/runtime/instance.js';
import { piecesOf, responseOf } from './src/source.js';

export { Component } from './src/component.js';
export { ComponentError, Exit, LinkError, Trap } from './src/errors.js';

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  #core;

  /** Made by `compile`. */
  constructor(core) {
    this.#core = core;
  }

  /** Precompiled components have no WIT. */
  get wit() {
    return Promise.reject(new Error('a precompiled component has no WIT: the entry `amphi-web` reads that of the component'));
  }

  /** Makes an instance; see `instantiate`. */
  async instantiate({ imports = {}, async, signal } = {}) {
    signal?.throwIfAborted();
    const { plan } = this.#core;
    // Here the engine will be fetched for components that import WASI.
    const found = new Imports(plan, imports, () => false);
    const instance = new Instance(plan, this.#core);
    const guest = new Guest(instance, plan, async ?? found.hasAsync());
    found.define(guest, { func() {}, resource: (scope, name, number, drop) => instance.onDrop(number, drop) });
    try {
      await instance.instantiate(guest, hostCalls(guest, (path) => found.hostOf(path)));
    } catch (error) {
      throw guest.startFailure(error);
    }
    signal?.throwIfAborted();
    return new Component(guest, instance, this);
  }
}

/** Reads a precompiled component, from an address, a response or bytes, while it arrives. */
export async function compile(source, options = {}) {
  return source instanceof Compiled ? source : orAborted(compileAll(source, options), options.signal);
}

async function compileAll(source, { signal, progress }) {
  const found = await responseOf(source, signal);
  const isThere = !(found instanceof Response);
  let total = found.length;
  const told = (step) => {
    total = step.loaded;
    progress?.(step);
  };
  const fetchTail = async () => {
    if (isThere || found.url === '') throw new Error('this browser allows one memory: append the file with `.single-memory` to the precompiled component');
    const address = new URL(found.url);
    address.pathname += '.single-memory';
    return new Uint8Array(await (await responseOf(address, signal)).arrayBuffer());
  };
  // The page may change bytes that are its own.
  const from = isThere ? { bytes: found.slice() } : { next: piecesOf(found, { signal, progress: told }) };
  const compiled = new Compiled(await readFile(from, fetchTail));
  progress?.({ phase: 'compile', loaded: 0, total });
  progress?.({ phase: 'compile', loaded: total, total });
  return compiled;
}

/** Makes an instance of what `compile` gives. */
export const instantiate = (compiled, options) => compiled.instantiate(options);

/** Compiles a component, unless it is compiled already, and makes an instance. */
export async function load(source, options = {}) {
  for (const name of ['worker', 'deadline']) {
    if (options[name]) throw new TypeError(`the option \`${name}\`: not supported by \`amphi-web/runtime\` yet, and by \`amphi-web\``);
  }
  return instantiate(await compile(source, options), options);
}
