// The engine's script for `amphi-web/runtime`, which loads it where a component imports WASI. A Worker has no such means and imports it, too.

import { default as init, Directory, Grants, Instance, Linking, deserialize } from './wasm/amphi_runtime.js';
import { OFFER } from './src/runtime/engine.js';
import { withWaiting } from './src/waiting.js';

globalThis[OFFER] = async (module) => {
  const { memory } = await init({ module_or_path: module });
  return withWaiting({ Directory, Grants, Instance, Linking, deserialize }, memory);
};
