// The WIT of a component, by wasm of its own, which is fetched when a page first asks for it.

import { default as init, describe } from '../wasm/amphi_wit.js';
import { placeOf } from './places.js';

let starting;

/** The world of a component: `text` is WIT; `imports` and `exports` are data. */
export async function witOf(bytes) {
  starting ??= init({ module_or_path: placeOf('witWasm') });
  try {
    await starting;
  } catch (error) {
    // Another attempt may fare better.
    starting = undefined;
    throw error;
  }
  const { core_modules: coreModules, ...rest } = JSON.parse(describe(bytes));
  return { ...rest, coreModules };
}
