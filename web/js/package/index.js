// Components for web pages: `load` one, call what it exports.

import { compileFrom, loadHere } from './src/compiled.js';
import { setPlaces } from './src/places.js';
import { startHttp } from './src/runtime/http.js';
import { offer } from './src/runtime/offers.js';
import { startWasi } from './src/runtime/wasi.js';
import { Translating } from './src/translation/translating.js';
import { loadInWorker } from './src/worker/page.js';

export { Compiled, directory, instantiate, storedDirectory } from './src/compiled.js';
export { Component } from './src/component.js';
export { ComponentError, Exit, LinkError, Trap } from './src/errors.js';

setPlaces({
  worker: new URL('./worker.js', import.meta.url).href,
  translatorWasm: new URL('./wasm/amphi_translator_bg.wasm', import.meta.url).href,
  witWasm: new URL('./wasm/amphi_wit_bg.wasm', import.meta.url).href,
  wasiWasm: new URL('./wasm/amphi_runtime_bg.wasm', import.meta.url).href,
  httpWasm: new URL('./wasm/amphi_js_bg.wasm', import.meta.url).href,
});
offer('wasi', startWasi);
offer('http', startHttp);

/** What takes components that are not precompiled. */
const translation = (source, options) => new Translating(source, options);

/** Compiles a component, from an address, a response or bytes, while it arrives. */
export const compile = (source, options) => compileFrom(source, options, translation);

/** Compiles a component, unless it is compiled already, and makes an instance, here or in a Worker. */
export async function load(source, options = {}) {
  return options.worker ? loadInWorker(source, options, translation) : loadHere(source, options, translation);
}
