// Runs the corpus in this page and hands its report, as JSON text, to whoever drives the page; a person sees it too.

import init, { run } from './amphi_runner.js';

async function report() {
  await init();
  const lines = await run(new URL('.', location.href).href, location.search === '?precompiled');
  // `odd-proto.wat` imports these names from `__proto__` and `constructor`.
  if ('polluted' in {} || 'pwned' in Object) throw new Error('a component has reached the page\'s own objects');
  return lines;
}

globalThis.outcome = report();

const place = document.getElementById('report');
globalThis.outcome.then(
  (text) => (place.textContent = JSON.stringify(JSON.parse(text), null, 2)),
  (error) => (place.textContent = String(error)),
);
