// Runs one component script.
//
// Out: { ready }. In: the script's text. Out: { line } for each directive, then { trouble }: null, or what ended the run early.

import init, { run } from './amphi_conformance.js';

addEventListener('message', ({ data }) => {
  try {
    run(data, (line) => postMessage({ line }));
    postMessage({ trouble: null });
  } catch (error) {
    postMessage({ trouble: String(error?.stack ?? error) });
  }
});

try {
  await init();
  postMessage({ ready: true });
} catch (error) {
  postMessage({ trouble: `the engine does not start: ${error?.message ?? error}` });
}
