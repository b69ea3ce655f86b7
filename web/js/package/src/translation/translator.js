// The translator: wasm of its own, which is fetched while the component is.

import { default as init, __wbg_reset_state as reset, translate as translateBytes } from '../../wasm/amphi_translator.js';
import { placeOf } from '../places.js';
import { compiledWasm } from '../wasm.js';

let wanted = 0;
let fetching;
let controller;
let started;

/** The translator's wasm, compiled. Whoever asks for it says by `leave` when it is not needed any more. */
export function want() {
  wanted += 1;
  fetching ??= begun();
  return fetching;
}

function begun() {
  const own = new AbortController();
  controller = own;
  const over = (promise) => {
    if (controller !== own) return;
    controller = undefined;
    fetching = promise;
  };
  const compiled = compiledWasm(placeOf('translatorWasm'), 'translator', own.signal);
  // Another attempt may fare better.
  compiled.then(() => over(compiled), () => over(undefined));
  return compiled;
}

/** Gives up fetching what nobody wants. */
export function leave() {
  wanted -= 1;
  if (wanted > 0 || controller === undefined) return;
  controller.abort();
  fetching = undefined;
  controller = undefined;
}

/** Takes the wasm that somebody else has fetched. */
export function take(module) {
  fetching = Promise.resolve(module);
}

/** The precompiled file of a component, for a browser with these features. */
export async function translate(component, { exceptions, memories, alike }) {
  const module = want();
  try {
    started ??= init({ module_or_path: await module });
    await started;
    return translateBytes(component, exceptions, memories, alike);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    // What it was at may have been left as it was: the next component has another instance.
    reset();
    throw new Error(`the translator failed: ${error.message}`, { cause: error });
  } finally {
    leave();
  }
}
