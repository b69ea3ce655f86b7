// Runs component scripts for whoever drives this page, each in a worker of its own: a script that does not end is stopped from here, and
// one that breaks the engine breaks it for itself.

/**
 * Runs the script `text` for at most `milliseconds`. The answer has `lines`, the JSON text of each directive that ended, and `trouble`:
 * why there are no more of them, or null.
 */
globalThis.conformance = (text, milliseconds) =>
  new Promise((resolve) => {
    const lines = [];
    const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
    const finish = (trouble) => {
      clearTimeout(timer);
      worker.terminate();
      resolve({ lines, trouble });
    };
    const timer = setTimeout(() => finish(`no end within ${milliseconds} ms`), milliseconds);
    worker.addEventListener('error', (event) => finish(`the worker failed: ${event.message}`));
    worker.addEventListener('message', ({ data }) => {
      if (data.ready) worker.postMessage(text);
      else if (data.line) lines.push(data.line);
      else finish(data.trouble);
    });
  });
