// Runs the steps of the component that the query names, and hands the report, as JSON text, to whoever drives the page.

import init, { wild } from './amphi_runner.js';

async function report() {
  await init();
  return wild(new URL('.', location.href).href, new URLSearchParams(location.search).get('name') ?? '');
}

globalThis.outcome = report();

const place = document.getElementById('report');
globalThis.outcome.then(
  (text) => (place.textContent = JSON.stringify(JSON.parse(text), null, 2)),
  (error) => (place.textContent = String(error)),
);
