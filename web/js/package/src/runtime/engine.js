// The engine for components that import WASI: a script and a wasm of the package, fetched once for a page when such a component is met.
//
// The script leaves what starts the wasm under a name that both know, since a service worker may import nothing later, and a page only what its
// policy allows, which the package's own scripts are.

import { isSupplied } from '../versions.js';

/** Under which the script `wasi.js` leaves what starts its wasm: `(module) -> engine`. */
export const OFFER = Symbol.for('amphi-web/wasi');

/** Whether this engine supplies an interface: it has no HTTP. */
export const hasWasi = (name) => isSupplied(name) && !name.startsWith('wasi:http/');

let starting;

/** The engine; `script` and `wasm` say where it is. */
export function engine(places) {
  starting ??= start(places).catch((error) => {
    // Another attempt may fare better.
    starting = undefined;
    throw error;
  });
  return starting;
}

async function start({ script, wasm }) {
  const [offer, module] = await Promise.all([offered(script), compiled(wasm)]);
  return offer(module);
}

/** What the script has left; where nobody has imported it, it becomes one of the page's. */
async function offered(address) {
  if (globalThis[OFFER] !== undefined) return globalThis[OFFER];
  if (globalThis.document === undefined) throw new Error('the component imports WASI: a Worker has to import `amphi-web/wasi`, beside `amphi-web/runtime`');
  const script = Object.assign(document.createElement('script'), { type: 'module', src: address });
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`the engine's script \`${address}\` cannot be loaded`));
    document.head.append(script);
  });
  script.remove();
  return globalThis[OFFER];
}

async function compiled(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the engine \`${response.url}\` cannot be fetched: status ${response.status}`);
  const streams = response.headers.get('content-type') === 'application/wasm';
  try {
    return await (streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()));
  } catch (error) {
    throw new Error(`the engine \`${response.url}\` cannot be compiled: ${error.message}`, { cause: error });
  }
}
