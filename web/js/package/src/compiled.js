// A component that is compiled, and how it comes to be: what both entries give out.

import { orAborted } from './abort.js';
import { Component } from './component.js';
import { Guest } from './guest.js';
import { hostCalls } from './import.js';
import { Imports } from './imports.js';
import { linked } from './linked.js';
import { unversioned } from './names.js';
import { engine } from './runtime/engine.js';
import { Arriving, arrived, isFile, readFile } from './runtime/file.js';
import { Instance } from './runtime/instance.js';
import { kept, piecesOf, responseOf } from './source.js';
import { isHttp, isSupplied, serving } from './versions.js';
import { Directory, directoriesOf, filled, grant } from './wasi.js';

/** A component that is compiled: one makes any number of instances. */
export class Compiled {
  #core;
  #wit;
  #world;
  /** What each engine has made of it. */
  #handles = new Map();

  /** Made by `compile`. `wit` gives a promise of the component's world. */
  constructor(core, wit) {
    this.#core = core;
    this.#wit = wit;
    this[kept] = core.file;
  }

  /** A promise of the component's world, as text and as data. */
  get wit() {
    this.#world ??= this.#wit();
    return this.#world;
  }

  /** Makes an instance; see `instantiate`. */
  async instantiate({ imports = {}, wasi, async, signal } = {}) {
    signal?.throwIfAborted();
    const found = new Imports(this.#core.plan, imports);
    const isAsync = async ?? found.hasAsync();
    const [guest, instance] = found.needsEngine ? await this.#linked({ found, isAsync, wasi }) : await this.#alone({ found, isAsync });
    signal?.throwIfAborted();
    return new Component(guest, instance, this);
  }

  /** Has an instance of its own answer a `Request` by `wasi:http/incoming-handler`: a `Response`. */
  async answer(request, { wasi } = {}) {
    const there = await engine({ http: true });
    const none = () => {};
    const linking = there.Linking.waited(none, none);
    try {
      return await there.answer(this.#handleOf(there), linking, grant(new there.Grants(), wasi), request);
    } finally {
      linking.free();
    }
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

  /** An instance that an engine makes. */
  async #linked({ found, isAsync, wasi }) {
    const there = await engine({ http: found.needsHttp || hasDirectories(wasi) });
    return linked(there, this.#handleOf(there), { plan: this.#core.plan, found, isAsync, wasi });
  }

  /** What an engine has made of it: that reads the file once more, but for what the browser has compiled. */
  #handleOf(there) {
    let handle = this.#handles.get(there);
    if (handle === undefined) {
      const { modules, file } = this.#core;
      handle = there.deserialize(file(), modules.map(({ compiled }) => compiled));
      this.#handles.set(there, handle);
    }
    return handle;
  }
}

/** Directories are those of the engine with HTTP, so that all components can be granted them. */
const hasDirectories = (wasi) => directoriesOf(wasi?.directories).length > 0;

/** Compiles a component. `translation`, if there is one, takes those that are not precompiled. */
export async function compileFrom(source, options = {}, translation = undefined) {
  return source instanceof Compiled ? source : orAborted(compileAll(source, options, translation), options.signal);
}

async function compileAll(source, options, translation) {
  const translating = translation?.(source, options);
  try {
    return await compileArriving(await responseOf(source, options.signal), options, translating);
  } finally {
    // Nobody waits any more for what was begun and was not needed.
    translating?.end();
  }
}

async function compileArriving(found, options, translating) {
  const { signal, progress } = options;
  const isThere = !(found instanceof Response);
  let total = found.length;
  const told = (step) => {
    total = step.loaded;
    progress?.(step);
  };
  const tell = (loaded) => progress?.({ phase: 'compile', loaded, total });
  // The page may change bytes that are its own.
  const arriving = isThere ? arrived(found.slice()) : new Arriving(piecesOf(found, { signal, progress: told }));
  const hear = ({ imports }) => beginEngine(imports.filter(({ instance }) => instance?.length > 0).map(({ name }) => name), options);
  let compiled;
  if (translating === undefined || isFile(await arriving.beginning(8))) {
    const core = await readFile(arriving, { fetchTail: () => fetchTail(found, signal), hear });
    compiled = new Compiled(core, withoutWit);
    tell(0);
  } else {
    const bytes = await arriving.all(translating.listener((names) => beginEngine(names, options)));
    tell(0);
    compiled = new Compiled(await translating.read(bytes, (file) => readFile(arrived(file), { fetchTail: noTail, hear })), () => translating.wit(bytes));
  }
  tell(total);
  return compiled;
}

/** The world of a component whose bytes nobody has. */
export const withoutWit = () => Promise.reject(new Error('a precompiled component has no WIT: the entry `amphi-web` reads that of the component'));

const noTail = () => Promise.reject(new Error('this browser allows one memory: append the file with `.single-memory` to the precompiled component'));

/** The bytes of what browsers need that allow one memory, which are beside the file in the response `found`. */
async function fetchTail(found, signal) {
  if (!(found instanceof Response) || found.url === '') return noTail();
  const address = new URL(found.url);
  address.pathname += '.single-memory';
  return new Uint8Array(await (await responseOf(address, signal)).arrayBuffer());
}

/** Begins to fetch the engine, if something of WASI is imported that is not given, while the component arrives. */
function beginEngine(names, { imports = {}, wasi }) {
  const isGiven = (name) => Object.hasOwn(imports, unversioned(name)) || serving(name, Object.keys(imports)) !== undefined;
  const needed = names.filter((name) => isSupplied(name) && !isGiven(name));
  if (needed.length === 0) return;
  // Who waits for it hears of it.
  engine({ http: needed.some(isHttp) || Object.keys(wasi?.directories ?? {}).length > 0 }).catch(() => {});
}

/** Makes an instance of what `compile` gives. */
export const instantiate = (compiled, options) => compiled.instantiate(options);

/** Compiles a component, unless it is compiled already, and makes an instance, in the page. */
export async function loadHere(source, options, translation) {
  if (options.deadline !== undefined) throw new TypeError('`deadline` needs the option `worker`: nothing else can stop a component');
  return instantiate(await compileFrom(source, options, translation), options);
}

/** Makes a directory in memory, with files by their paths, which `wasi.directories` grants. */
export async function directory(files = {}) {
  const { Directory: Tree } = await engine({ http: true });
  return filled(new Tree(), files);
}

/** Opens a directory that the browser keeps for the page's origin; `sync` writes to it what has changed. */
export async function storedDirectory(path) {
  const { Directory: Tree } = await engine({ http: true });
  return new Directory(await Tree.open(path));
}
