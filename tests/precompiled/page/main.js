// Asks the application for what its components answer, and hands it to whoever drives the page.

import init, { embedded, fetched, greeted, without_tail } from './amphi_precompiled.js';

/** A module with two memories, which a browser takes or not. */
const TWO_MEMORIES = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 5, 2, 0, 0, 0, 0);

async function report() {
  await init();
  return {
    severalMemories: WebAssembly.validate(TWO_MEMORIES),
    embedded: await embedded(100),
    fetched: await fetched('composed.page', 100),
    greeted: await greeted('guests/hello.page', 'page'),
    // Whose tail nobody appends.
    alone: await without_tail('composed.page'),
    // Which is no precompiled component.
    component: await fetched('composed.wasm', 100).catch(({ message }) => message),
    nothing: await fetched('nothing.page', 100).catch(({ message }) => message),
  };
}

globalThis.outcome = report();
globalThis.outcome.then(
  (found) => (document.getElementById('report').textContent = JSON.stringify(found, null, 2)),
  (error) => (document.getElementById('report').textContent = String(error)),
);
