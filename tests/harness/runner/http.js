// Lets guests speak HTTP with the server that this page comes from, and hands the report, as JSON text, to whoever drives the page.

import init, { requests } from './amphi_runner.js';

async function report() {
  await init();
  return requests(new URL('.', location.href).href, location.host);
}

globalThis.outcome = report();

const place = document.getElementById('report');
globalThis.outcome.then(
  (text) => (place.textContent = JSON.stringify(JSON.parse(text), null, 2)),
  (error) => (place.textContent = String(error)),
);
