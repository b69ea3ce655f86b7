// Shows the number that a component makes, and where it is from; and asks one that imports WASI.

import { Trap, load as loadFrom } from 'amphi-web/runtime';
import { load as loadClock } from './clock.wasm?component';
import { compile, load, url } from './number.wasm?component';

const imports = { next: (number) => number + 1 };

async function show() {
  const number = (await load(imports)).exports.number();
  const again = (await (await compile()).instantiate({ imports })).exports.number();
  const other = (await loadFrom(url, { imports })).exports.number();
  const resolution = (await loadClock()).exports.resolution();
  document.body.textContent = `${number} ${again} ${other} ${(await trapped()) instanceof Trap ? 'Trap' : 'another class'} ${resolution > 0n ? 'WASI' : resolution}`;
  return { text: document.body.textContent, url };
}

/** What a call of a component throws that has failed: of a class that the application's own import of the package has. */
async function trapped() {
  const { number } = (await load({ next: () => null.nothing })).exports;
  for (let call = 0; ; call++) {
    try {
      number();
    } catch (error) {
      if (call > 0) return error;
    }
  }
}

globalThis.outcome = show();
