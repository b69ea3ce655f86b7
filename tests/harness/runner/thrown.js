// Has a guest that catches everything call what throws, twice, and hands what came of it to whoever drives the page.

import init, { call_what_throws } from './amphi_runner.js';

const place = document.getElementById('report');

function attempt() {
  try {
    return call_what_throws();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function report() {
  await init();
  return [attempt(), attempt()];
}

globalThis.outcome = report();
globalThis.outcome.then((text) => (place.textContent = text), (error) => (place.textContent = String(error)));
