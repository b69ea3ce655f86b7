// The script of the engine with HTTP.

import { default as init, Directory, Grants, Instance, Linking, answer, deserialize } from '../../wasm/amphi_js.js';
import { withWaiting } from '../waiting.js';

/** Starts the engine's wasm. */
export async function startHttp(module) {
  const { memory } = await init({ module_or_path: module });
  return withWaiting({ Directory, Grants, Instance, Linking, answer, deserialize }, memory);
}
