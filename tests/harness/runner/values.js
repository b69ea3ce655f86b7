// Echoes random values in this page and hands the lines, as JSON text, to whoever drives the page. The query has the seed, and the
// place of a line whose values are wanted.

import init, { values } from './amphi_runner.js';

async function report() {
  await init();
  const query = new URLSearchParams(location.search);
  return values(query.get('seed') ?? '0', query.get('shown') ?? undefined);
}

globalThis.outcome = report();

const place = document.getElementById('report');
globalThis.outcome.then(
  (text) => (place.textContent = JSON.stringify(JSON.parse(text), null, 2)),
  (error) => (place.textContent = String(error)),
);
