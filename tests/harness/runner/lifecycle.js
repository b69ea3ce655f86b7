// Loads, instantiates, calls and drops components in this page, and hands what it held meanwhile to whoever drives the page.

import init, { lifecycle } from './amphi_runner.js';

const place = document.getElementById('report');

async function report() {
  await init();
  return await lifecycle(new URL('.', location.href).href, 10_000, 1_000);
}

globalThis.outcome = report();
globalThis.outcome.then((text) => (place.textContent = text), (error) => (place.textContent = String(error)));
