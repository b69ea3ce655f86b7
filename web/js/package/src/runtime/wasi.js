// The script of the engine without HTTP.

import { default as init, Directory, Grants, Instance, Linking, deserialize } from '../../wasm/amphi_runtime.js';
import { withWaiting } from '../waiting.js';

/** Starts the engine's wasm. */
export async function startWasi(module) {
  const { memory } = await init({ module_or_path: module });
  return withWaiting({ Directory, Grants, Instance, Linking, deserialize }, memory);
}
