// Measures what is named after the question mark, by commas, or everything.

import { measure } from './measure.js';

const inWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker('worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });

const names = location.search.slice(1).split(',').filter(Boolean);
globalThis.outcome = inWorker().then(async (worker) => ({ worker, ...(await measure(names)) }));
