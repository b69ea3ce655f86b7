// Precompiled components for web pages, without a translator: `load` one, call what it exports.

import './src/all.js';
import { orAborted } from './src/abort.js';
import { linked } from './src/linked.js';
import { unversioned } from './src/names.js';
import { between } from './src/runtime/between.js';
import { Compiled } from './src/runtime/compiled.js';
import { engine, hasWasi, suppliedTo } from './src/runtime/engine.js';
import { readFile } from './src/runtime/file.js';
import { prepare } from './src/runtime/glue.js';
import { looksUp } from './src/runtime/traps.js';
import { piecesOf, responseOf } from './src/source.js';
import { serving } from './src/versions.js';
import { Directory, filled } from './src/wasi.js';

export { Component } from './src/component.js';
export { Compiled } from './src/runtime/compiled.js';
export { ComponentError, Exit, LinkError, Trap } from './src/errors.js';

/** Where what components need that import WASI is. */
const PLACES = { script: new URL('./wasi.js', import.meta.url).href, wasm: new URL('./wasm/amphi_runtime_bg.wasm', import.meta.url).href };

/** The engine, for components that import WASI: it reads the file once more, but for what the browser has compiled. */
const ENGINE = {
  supplies: hasWasi,
  async link(core, options) {
    const there = await engine(PLACES);
    const { plan, modules, file } = core;
    core.handle ??= there.deserialize(file(), modules.map(({ compiled }) => compiled));
    return linked(there, core.handle, { ...options, plan });
  },
};

/** Reads a precompiled component, from an address, a response or bytes, while it arrives. A bundler says what of WASI it is `expected` to import. */
export async function compile(source, options = {}) {
  return source instanceof Compiled ? source : orAborted(compileAll(source, options), options.signal);
}

async function compileAll(source, { signal, progress, imports = {}, expected = [] }) {
  beginEngine(expected, imports);
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
  if (suppliedTo(core.plan).length === 0) core.file = undefined;
  const compiled = new Compiled({ ...core, between }, ENGINE);
  progress?.({ phase: 'compile', loaded: 0, total });
  progress?.({ phase: 'compile', loaded: total, total });
  return compiled;
}

/** Begins to fetch the engine, unless all interfaces that it has to supply are given: whether it does. */
function beginEngine(names, given) {
  const isGiven = (name) => Object.hasOwn(given, unversioned(name)) || serving(name, Object.keys(given)) !== undefined;
  if (names.every(isGiven)) return false;
  // Who waits for it hears of it.
  engine(PLACES).catch(() => {});
  return true;
}

/** While core modules arrive: begins to fetch the engine, or makes what stands around a guest. */
function begin(plan, given) {
  if (beginEngine(suppliedTo(plan), given)) return;
  prepare(plan);
  looksUp();
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
