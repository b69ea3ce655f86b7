// Precompiled components for web pages, without a translator: `load` one, call what it exports.

import { compileFrom, loadHere } from './src/compiled.js';
import { setPlaces } from './src/places.js';
import { loadInWorker } from './src/worker/page.js';

export { Compiled, directory, instantiate, storedDirectory } from './src/compiled.js';
export { Component } from './src/component.js';
export { ComponentError, Exit, LinkError, Trap } from './src/errors.js';

setPlaces({
  worker: new URL('./worker.js', import.meta.url).href,
  wasiScript: new URL('./wasi.js', import.meta.url).href,
  wasiWasm: new URL('./wasm/amphi_runtime_bg.wasm', import.meta.url).href,
  httpScript: new URL('./http.js', import.meta.url).href,
  httpWasm: new URL('./wasm/amphi_js_bg.wasm', import.meta.url).href,
});

/** Reads a precompiled component, from an address, a response or bytes, while it arrives. */
export const compile = (source, options) => compileFrom(source, options);

/** Compiles a precompiled component, unless it is compiled already, and makes an instance, here or in a Worker. */
export async function load(source, options = {}) {
  return options.worker ? loadInWorker(source, options) : loadHere(source, options);
}
