// Runs the tests of a page, and hands the results to whoever drives it.

import { run } from './tests.js';

/** To be called when every test is declared. */
export function report() {
  globalThis.outcome = run();
  globalThis.outcome.then((results) => {
    const failed = results.filter(({ error }) => error !== null);
    const lines = failed.map(({ name, error }) => `${name}\n  ${error}`);
    document.getElementById('report').textContent = [`${results.length - failed.length} passed, ${failed.length} failed`, ...lines].join('\n');
  });
}
