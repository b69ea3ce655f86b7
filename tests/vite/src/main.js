// Shows the number that a component makes, and where it is from; and asks one that imports WASI, and one that is part of the application.

import { Trap, load as loadFrom } from 'amphi-web/runtime';
import { load as loadClock } from './clock.wasm?component';
import { compile, load, url } from './number.wasm?component';
import { compile as compilePlain, load as loadPlain } from './plain.wasm?component';

const imports = { next: (number) => number + 1 };

async function show() {
  const number = (await load(imports)).exports.number();
  const again = (await (await compile()).instantiate({ imports })).exports.number();
  const other = (await loadFrom(url, { imports })).exports.number();
  const resolution = (await loadClock()).exports.resolution();
  document.body.textContent = `${number} ${again} ${other} ${(await trapped()) instanceof Trap ? 'Trap' : 'another class'} ${resolution > 0n ? 'WASI' : resolution} ${await plain()}`;
  return { text: document.body.textContent, url };
}

/** What the component says that is part of the application, and how much of it has arrived. */
async function plain() {
  const heard = [];
  const compiled = await compilePlain({ progress: (step) => heard.push(step) });
  const { exports } = await compiled.instantiate({ imports });
  const { phase, loaded, total } = heard.at(-1);
  const has = phase === 'compile' && loaded === total && loaded > 0 ? 'whole' : JSON.stringify(heard);
  const again = (await loadPlain(imports)).exports.seventh();
  return `${exports.name()} ${exports.seventh()} ${again} ${exports.kindOf(3)} ${has}`;
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
