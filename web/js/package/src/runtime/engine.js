// The engines for components that import WASI, with HTTP and without: a wasm of the package each, fetched once for a page when such a component is
// met, and a script, where an entry does not have it.

import { placeOf } from '../places.js';
import { compiledWasm } from '../wasm.js';
import { offerOf } from './offers.js';

const starting = new Map();

/** An engine; with `http`, the one that has HTTP. Since that does all that the other does, it is the one once it is there. */
export function engine({ http = false } = {}) {
  const name = http || starting.has('http') || (offerOf('http') !== undefined && offerOf('wasi') === undefined) ? 'http' : 'wasi';
  if (!starting.has(name)) {
    const started = start(name).catch((error) => {
      // Another attempt may fare better.
      starting.delete(name);
      throw error;
    });
    starting.set(name, started);
  }
  return starting.get(name);
}

async function start(name) {
  const [begin, module] = await Promise.all([offered(name), compiledWasm(placeOf(`${name}Wasm`), 'engine')]);
  return begin(module);
}

/** What starts the engine's wasm; where nobody has imported its script, that becomes one of the page's. */
async function offered(name) {
  if (offerOf(name) !== undefined) return offerOf(name);
  if (globalThis.document === undefined) throw new Error(`the component imports WASI: a Worker has to import \`amphi-web/${name}\`, beside \`amphi-web/runtime\``);
  const address = placeOf(`${name}Script`);
  const script = Object.assign(document.createElement('script'), { type: 'module', src: address });
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`the engine's script \`${address}\` cannot be loaded`));
    document.head.append(script);
  });
  script.remove();
  return offerOf(name);
}
