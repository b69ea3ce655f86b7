// Precompiled components for web pages, without a translator: `load` one, call what it exports.

import { orAborted } from './src/abort.js';
import { Component } from './src/component.js';
import { Guest } from './src/guest.js';
import { hostCalls } from './src/import.js';
import { Imports } from './src/imports.js';
import { linked } from './src/linked.js';
import { unversioned } from './src/names.js';
import { engine, hasWasi } from './src/runtime/engine.js';
import { readFile } from './src/runtime/file.js';
import { Instance } from './src/runtime/instance.js';
import { piecesOf, responseOf } from './src/source.js';
import { serving } from './src/versions.js';
import { Directory, filled } from './src/wasi.js';

export { Component } from './src/component.js';
export { ComponentError, Exit, LinkError, Trap } from './src/errors.js';

/** Where what components need that import WASI is. */
const PLACES = { script: new URL('./wasi.js', import.meta.url).href, wasm: new URL('./wasm/amphi_runtime_bg.wasm', import.meta.url).href };

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  #core;
  #handle;

  /** Made by `compile`. */
  constructor(core) {
    this.#core = core;
  }

  /** Precompiled components have no WIT. */
  get wit() {
    return Promise.reject(new Error('a precompiled component has no WIT: the entry `amphi-web` reads that of the component'));
  }

  /** Makes an instance; see `instantiate`. */
  async instantiate({ imports = {}, wasi, async, signal } = {}) {
    signal?.throwIfAborted();
    const found = new Imports(this.#core.plan, imports, hasWasi);
    const isAsync = async ?? found.hasAsync();
    const [guest, instance] = found.needsEngine ? await this.#linked({ found, isAsync, wasi }) : await this.#alone({ found, isAsync });
    signal?.throwIfAborted();
    return new Component(guest, instance, this);
  }

  /** An instance that JavaScript makes. */
  async #alone({ found, isAsync }) {
    const { plan } = this.#core;
    const instance = new Instance(plan, this.#core);
    const guest = new Guest(instance, plan, isAsync);
    found.define(guest, { func() {}, resource: (scope, name, number, drop) => instance.onDrop(number, drop) });
    try {
      await instance.instantiate(guest, hostCalls(guest, (path) => found.hostOf(path)));
    } catch (error) {
      throw guest.startFailure(error);
    }
    return [guest, instance];
  }

  /** An instance that the engine makes, for which it reads the file once more, but for what the browser has compiled. */
  async #linked(options) {
    const there = await engine(PLACES);
    const { plan, modules, file } = this.#core;
    this.#handle ??= there.deserialize(file(), modules.map(({ compiled }) => compiled));
    return linked(there, this.#handle, { ...options, plan });
  }
}

/** Reads a precompiled component, from an address, a response or bytes, while it arrives. */
export async function compile(source, options = {}) {
  return source instanceof Compiled ? source : orAborted(compileAll(source, options), options.signal);
}

async function compileAll(source, { signal, progress, imports = {} }) {
  const found = await responseOf(source, signal);
  const isThere = !(found instanceof Response);
  let total = found.length;
  const told = (step) => {
    total = step.loaded;
    progress?.(step);
  };
  const fetchTail = async () => {
    if (isThere || found.url === '') throw new Error('append the file with `.single-memory` that `amphi compile` writes beside it');
    const address = new URL(found.url);
    address.pathname += '.single-memory';
    return new Uint8Array(await (await responseOf(address, signal)).arrayBuffer());
  };
  // The page may change bytes that are its own.
  const from = isThere ? { bytes: found.slice() } : { next: piecesOf(found, { signal, progress: told }) };
  const core = await readFile(from, { fetchTail, hear: (plan) => begin(plan, imports) });
  // Nobody else reads the file again.
  if (!core.plan.imports.some(isOfEngine)) core.file = undefined;
  const compiled = new Compiled(core);
  progress?.({ phase: 'compile', loaded: 0, total });
  progress?.({ phase: 'compile', loaded: total, total });
  return compiled;
}

/** Whether an import of a component is one that the engine supplies. */
const isOfEngine = ({ name, instance }) => instance?.length > 0 && hasWasi(name);

/** Begins to fetch the engine, if something of WASI is imported that is not given, while core modules arrive. */
function begin({ imports: items }, given) {
  const isGiven = (name) => Object.hasOwn(given, unversioned(name)) || serving(name, Object.keys(given)) !== undefined;
  if (!items.some((item) => isOfEngine(item) && !isGiven(item.name))) return;
  // Who waits for it hears of it.
  engine(PLACES).catch(() => {});
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

/** Makes a directory in memory, with files by their paths, which `wasi.directories` grants. */
export async function directory(files = {}) {
  const { Directory: Tree } = await engine(PLACES);
  return filled(new Tree(), files);
}

/** Opens a directory that the browser keeps for the page's origin; `sync` writes to it what has changed. */
export async function storedDirectory(path) {
  const { Directory: Tree } = await engine(PLACES);
  return new Directory(await Tree.open(path));
}
