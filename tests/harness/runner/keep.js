// Lets a guest find and leave files that the browser keeps, in this page or, if the query says so, in a Worker; and hands what it says to whoever
// drives the page.

import init, { keep } from './amphi_runner.js';

async function here() {
  await init();
  return keep(new URL('.', location.href).href);
}

function inWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('keep-worker.js', location.href), { type: 'module' });
    worker.onmessage = ({ data }) => ('said' in data ? resolve(data.said) : reject(new Error(data.failed)));
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

globalThis.outcome = new URLSearchParams(location.search).has('worker') ? inWorker() : here();

const place = document.getElementById('report');
globalThis.outcome.then(
  (text) => (place.textContent = text),
  (error) => (place.textContent = String(error)),
);
