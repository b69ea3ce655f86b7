// The compiler: what the commands `amphi compile`, `types` and `inspect` make of a component, by wasm that no page needs.

import init, * as wasm from '../../wasm/amphi_compile.js';
import { isOwn } from '../source.js';

/** The compiler whose wasm `wasmBytes` gives, or which is fetched where that gives nothing. */
export function compiler(wasmBytes) {
  let starting;

  async function start() {
    const bytes = await wasmBytes();
    await (bytes === undefined ? init() : init({ module_or_path: bytes }));
  }

  async function ask(component, answer) {
    if (!isOwn(component)) throw new TypeError(`expected the bytes of a component, found ${typeof component}`);
    const bytes = ArrayBuffer.isView(component) ? new Uint8Array(component.buffer, component.byteOffset, component.byteLength) : new Uint8Array(component);
    starting ??= start();
    try {
      await starting;
    } catch (error) {
      // Another attempt may fare better.
      starting = undefined;
      throw error;
    }
    try {
      return answer(bytes);
    } catch (error) {
      // What it was at may have been left as it was: the next one asks another instance.
      wasm.__wbg_reset_state();
      if (error instanceof WebAssembly.RuntimeError) throw new Error(`the compiler failed: ${error.message}`, { cause: error });
      throw error;
    }
  }

  return {
    async compile(component) {
      const [file, singleMemory] = await ask(component, wasm.compile);
      return { file, singleMemory };
    },
    async types(component, { name = 'component', async: promised = false } = {}) {
      return JSON.parse(await ask(component, (bytes) => wasm.types(bytes, name, promised)));
    },
    inspect: (component, { wasi = false, json = false } = {}) => ask(component, (bytes) => wasm.inspect(bytes, wasi, json).trimEnd()),
  };
}
