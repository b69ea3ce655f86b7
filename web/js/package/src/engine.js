// The engine: the wasm beside these modules, fetched and started once for a page.

import init, * as wasm from '../wasm/amphi_js.js';
import { withWaiting } from './waiting.js';

let starting;

/** The engine's functions. */
export function engine() {
  starting ??= start();
  return starting;
}

async function start() {
  try {
    const { memory } = await init();
    return withWaiting(wasm, memory);
  } catch (error) {
    // Another attempt may fare better.
    starting = undefined;
    throw error;
  }
}
