// Tells when the first answer of a component is there, in milliseconds since the navigation began. Each page calls `tell` with it.

globalThis.outcome = new Promise((resolve, reject) => {
  addEventListener('error', ({ error, message }) => reject(error ?? new Error(message)));
  addEventListener('unhandledrejection', ({ reason }) => reject(reason));
  globalThis.tell = (found, expected) => {
    const took = performance.now();
    if (found !== expected) reject(new Error(`expected ${expected}, found ${found}`));
    // The server counts what it has sent until then.
    fetch('/answered', { method: 'POST' }).then(() => resolve(took), reject);
  };
});
