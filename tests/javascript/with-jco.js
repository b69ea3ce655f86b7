// The same program over the kitchen component as jco transpiles it, here in the page.

import { $init, generate } from './jco/jco-transpile/vendor/js-component-bindgen-component.js';
import { WASIShim } from './jco/preview2-shim/dist/common/instantiation.js';
import { host } from './host.js';
import { program } from './program.js';

/** As jco's own command sets them, with the imports given by the page and no declarations written. */
const OPTIONS = {
  name: 'component',
  map: [],
  instantiation: { tag: 'async' },
  noTypescript: true,
  noNodejsCompat: true,
  base64Cutoff: 5000,
};

async function load(bytes, imports) {
  await $init;
  const contents = new Map(generate(bytes, OPTIONS).files);
  const url = URL.createObjectURL(new Blob([contents.get('component.js')], { type: 'text/javascript' }));
  const { instantiate } = await import(url);
  return instantiate((name) => WebAssembly.compile(contents.get(name)), { ...new WASIShim().getImportObject(), ...imports });
}

async function run() {
  const imports = host();
  const bytes = new Uint8Array(await (await fetch('guests/kitchen.wasm')).arrayBuffer());
  const exports = await load(bytes, imports);
  return program((part) => exports[part], imports['demo:kitchen/host'].Counter);
}

globalThis.outcome = run();
