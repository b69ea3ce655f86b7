// Runs every test of this folder, and hands the results to whoever drives the page.

import './compiling.js';
import './encodings.js';
import './errors.js';
import './forgetting.js';
import './imports.js';
import './promises.js';
import './resources.js';
import './values.js';
import './wasi.js';
import './wit.js';
import './worker.js';
import { run } from './tests.js';

globalThis.outcome = run();
globalThis.outcome.then((results) => {
  const failed = results.filter(({ error }) => error !== null);
  const lines = failed.map(({ name, error }) => `${name}\n  ${error}`);
  document.getElementById('report').textContent = [`${results.length - failed.length} passed, ${failed.length} failed`, ...lines].join('\n');
});
