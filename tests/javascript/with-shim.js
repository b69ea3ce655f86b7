// The same program by the package, with every import from elsewhere: an import object of jco's own, WASI included.

import { WASIShim } from './jco/preview2-shim/dist/common/instantiation.js';
import { load } from './amphi-web/index.js';
import { host } from './host.js';
import { program } from './program.js';

async function run() {
  const imports = { ...new WASIShim().getImportObject(), ...host() };
  const { exports } = await load('guests/kitchen.wasm', { imports });
  exports['demo:kitchen/calls'].print('by another WASI');
  return program((part) => exports[`demo:kitchen/${part}`], imports['demo:kitchen/host'].Counter);
}

globalThis.outcome = run();
