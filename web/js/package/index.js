// Components for web pages: `load` one, call what it exports.

import './src/all.js';
import { orAborted } from './src/abort.js';
import { Component } from './src/component.js';
import { engine } from './src/engine.js';
import { Imports } from './src/imports.js';
import { linked } from './src/linked.js';
import { bytesOf, isOwn, kept } from './src/source.js';
import { isSupplied } from './src/versions.js';
import { Directory, filled, grant } from './src/wasi.js';
import { witOf } from './src/wit.js';
import { loadInWorker } from './src/worker/page.js';

export { Component } from './src/component.js';
export { ComponentError, Exit, LinkError, Trap } from './src/errors.js';

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  #handle;
  #plan;
  #wit;

  /** Made by `compile`. */
  constructor(handle, bytes) {
    this.#handle = handle;
    this.#plan = JSON.parse(handle.plan());
    this[kept] = bytes;
  }

  /** A promise of the component's world, as text and as data. */
  get wit() {
    this.#wit ??= witOf(this[kept]);
    return this.#wit;
  }

  /** Makes an instance; see `instantiate`. */
  async instantiate({ imports = {}, wasi, async, signal } = {}) {
    signal?.throwIfAborted();
    const plan = this.#plan;
    const found = new Imports(plan, imports, isSupplied);
    const isAsync = async ?? found.hasAsync();
    const [guest, instance] = await linked(await engine(), this.#handle, { plan, found, isAsync, wasi });
    signal?.throwIfAborted();
    return new Component(guest, instance, this);
  }

  /** Has an instance of its own answer a `Request` by `wasi:http/incoming-handler`: a `Response`. */
  async answer(request, { wasi } = {}) {
    const { Grants, Linking, answer } = await engine();
    const none = () => {};
    const linking = Linking.waited(none, none);
    try {
      return await answer(this.#handle, linking, grant(new Grants(), wasi), request);
    } finally {
      linking.free();
    }
  }
}

/** Compiles a component, from an address, a response or bytes. */
export async function compile(source, options = {}) {
  return source instanceof Compiled ? source : orAborted(compileAll(source, options), options.signal);
}

async function compileAll(source, { signal, progress }) {
  // The engine is fetched while the component is.
  const [{ compile: compileBytes }, bytes] = await Promise.all([engine(), bytesOf(source, { signal, progress })]);
  const total = bytes.length;
  progress?.({ phase: 'compile', loaded: 0, total });
  // The page may change bytes that are its own.
  const own = isOwn(source) ? bytes.slice() : bytes;
  const compiled = new Compiled(await compileBytes(own), own);
  progress?.({ phase: 'compile', loaded: total, total });
  return compiled;
}

/** Makes an instance of what `compile` gives. */
export const instantiate = (compiled, options) => compiled.instantiate(options);

/** Compiles a component, unless it is compiled already, and makes an instance, here or in a Worker. */
export async function load(source, options = {}) {
  if (options.worker) return loadInWorker(source, options);
  if (options.deadline !== undefined) throw new TypeError('`deadline` needs the option `worker`: nothing else can stop a component');
  return instantiate(await compile(source, options), options);
}

/** Makes a directory in memory, with files by their paths, which `wasi.directories` grants. */
export async function directory(files = {}) {
  const { Directory: Tree } = await engine();
  return filled(new Tree(), files);
}

/** Opens a directory that the browser keeps for the page's origin; `sync` writes to it what has changed. */
export async function storedDirectory(path) {
  const { Directory: Tree } = await engine();
  return new Directory(await Tree.open(path));
}
