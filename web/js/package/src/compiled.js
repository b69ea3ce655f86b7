// How a component comes to be compiled: what both entries give out.

import './all.js';
import { orAborted } from './abort.js';
import { linked } from './linked.js';
import { unversioned } from './names.js';
import { between } from './runtime/between.js';
import { Compiled } from './runtime/compiled.js';
import { engine } from './runtime/engine.js';
import { Arriving, arrived, isFile, readFile } from './runtime/file.js';
import { prepare } from './runtime/glue.js';
import { looksUp } from './runtime/traps.js';
import { piecesOf, responseOf } from './source.js';
import { isHttp, isSupplied, serving, suppliedTo } from './versions.js';
import { Directory, filled, grant } from './wasi.js';

export { Compiled } from './runtime/compiled.js';

/** The engines, for components that import WASI: one reads the file once more, but for what the browser has compiled. */
const ENGINES = {
  async link(core, { found, isAsync, wasi }) {
    const there = await engine({ http: found.needsHttp || hasDirectories(wasi) });
    return linked(there, handleOf(core, there), { plan: core.plan, found, isAsync, wasi });
  },

  async answer(core, request, wasi) {
    const there = await engine({ http: true });
    const none = () => {};
    const linking = there.Linking.waited(none, none);
    try {
      return await there.answer(handleOf(core, there), linking, grant(new there.Grants(), wasi), request);
    } finally {
      linking.free();
    }
  },
};

/** What an engine has made of a component, once. */
function handleOf(core, there) {
  const { modules, file, handles } = core;
  let handle = handles.get(there);
  if (handle === undefined) {
    handle = there.deserialize(file(), modules.map(({ compiled }) => compiled));
    handles.set(there, handle);
  }
  return handle;
}

/** Directories are those of the engine with HTTP, so that all components can be granted them. */
const hasDirectories = (wasi) => Object.keys(wasi?.directories ?? {}).length > 0;

/**
 * Compiles a component. `translation`, if there is one, takes those that are not precompiled. A bundler says what of WASI a component is `expected`
 * to import.
 */
export async function compileFrom(source, options = {}, translation = undefined) {
  return source instanceof Compiled ? source : orAborted(compileAll(source, options, translation), options.signal);
}

async function compileAll(source, options, translation) {
  const translating = translation?.(source, options);
  try {
    return await compileArriving(responseOf(source, options.signal), options, translating);
  } finally {
    // Nobody waits any more for what was begun and was not needed.
    translating?.end();
  }
}

async function compileArriving(arrives, options, translating) {
  const { signal, progress, expected = [] } = options;
  beginEngine(expected, options);
  const found = await arrives;
  const isThere = !(found instanceof Response);
  let total = found.length;
  const told = (step) => {
    total = step.loaded;
    progress?.(step);
  };
  const tell = (loaded) => progress?.({ phase: 'compile', loaded, total });
  // The page may change bytes that are its own.
  const arriving = isThere ? arrived(found.slice()) : new Arriving(piecesOf(found, { signal, progress: told }));
  const hear = (plan) => prepareFor(plan, options);
  const made = (core, wit) => new Compiled({ ...core, between, handles: new Map() }, ENGINES, wit);
  let compiled;
  if (translating === undefined || isFile(await arriving.beginning(8))) {
    compiled = made(await readFile(arriving, { fetchTail: () => fetchTail(found, signal), hear }));
    tell(0);
  } else {
    const bytes = await arriving.all(translating.listener((names) => beginEngine(names, options)));
    tell(0);
    const core = await translating.read(bytes, (file) => readFile(arrived(file), { fetchTail: noTail, hear }));
    compiled = made(core, () => translating.wit(bytes));
  }
  tell(total);
  return compiled;
}

const noTail = () => Promise.reject(new Error('append the file with `.single-memory` that `amphi compile` writes beside it'));

/** The bytes of what browsers need that allow one memory, which are beside the file in the response `found`. */
async function fetchTail(found, signal) {
  if (!(found instanceof Response) || found.url === '') return noTail();
  const address = new URL(found.url);
  address.pathname += '.single-memory';
  return new Uint8Array(await (await responseOf(address, signal)).arrayBuffer());
}

/** Begins to fetch the engine, if something of WASI is imported that is not given, while the component arrives: whether it does. */
function beginEngine(names, { imports = {}, wasi }) {
  const isGiven = (name) => Object.hasOwn(imports, unversioned(name)) || serving(name, Object.keys(imports)) !== undefined;
  const needed = names.filter((name) => isSupplied(name) && !isGiven(name));
  if (needed.length === 0) return false;
  // Who waits for it hears of it.
  engine({ http: needed.some(isHttp) || hasDirectories(wasi) }).catch(() => {});
  return true;
}

/** While core modules arrive: begins to fetch the engine, or makes what stands around a guest. */
function prepareFor(plan, options) {
  if (beginEngine(suppliedTo(plan), options)) return;
  prepare(plan);
  looksUp();
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
