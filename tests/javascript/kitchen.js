// The kitchen component, loaded by the package.

import { compile, instantiate } from './amphi-web/index.js';
import { host } from './host.js';

export { host };

const compiled = compile('guests/kitchen.wasm');

/** An instance of its own; `part` is the interface's name. */
export async function kitchen(options = {}) {
  const component = await instantiate(await compiled, { imports: host(), ...options });
  return (part) => component.exports[`demo:kitchen/${part}`];
}
