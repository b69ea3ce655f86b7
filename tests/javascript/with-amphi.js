// The program over the kitchen component as the package loads it.

import { load } from './amphi-web/index.js';
import { host } from './host.js';
import { program } from './program.js';

async function run() {
  const imports = host();
  const { exports } = await load('guests/kitchen.wasm', { imports });
  return program((part) => exports[`demo:kitchen/${part}`], imports['demo:kitchen/host'].Counter);
}

globalThis.outcome = run();
