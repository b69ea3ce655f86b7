// The engine: the wasm beside these modules, fetched and started once for a page.

import init, * as wasm from '../wasm/amphi_js.js';

let starting;

/** The engine's functions, and `buffer()`, its memory. */
export function engine() {
  starting ??= start();
  return starting;
}

async function start() {
  try {
    const { memory } = await init();
    return { ...wasm, buffer: () => memory.buffer };
  } catch (error) {
    // Another attempt may fare better.
    starting = undefined;
    throw error;
  }
}
