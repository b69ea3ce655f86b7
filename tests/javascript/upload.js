// A guest sends a body in two halves, the second when the server has the first or has waited for it in vain; in a Worker, if the query says so.

import { load } from './amphi-web/index.js';

/** Whether the browser sends streams, as pages are told to ask it: it then wants to know the direction, and makes no text of them. */
function streams() {
  let asked = false;
  const { headers } = new Request('', {
    method: 'POST',
    body: new ReadableStream(),
    get duplex() {
      asked = true;
      return 'half';
    },
  });
  return asked && !headers.has('content-type');
}

async function uploaded() {
  let said = '';
  const wasi = { args: ['courier', location.origin, 'upload'], http: true, stdout: (text) => (said += text), stderr: (text) => (said += text) };
  const worker = new URLSearchParams(location.search).has('worker');
  const component = await load('guests/courier.wasm', { async: true, worker, wasi });
  await component.exports['wasi:cli/run'].run();
  const [{ nextHopProtocol: protocol }] = performance.getEntriesByType('navigation');
  return { suspends: true, protocol, streams: streams(), said };
}

const suspends = typeof WebAssembly.Suspending === 'function';
globalThis.outcome = suspends ? uploaded() : Promise.resolve({ suspends });
