// A component answers what a page fetches: asked directly, and from a service worker.

import { compile } from './amphi-web/index.js';
import { activated, opened } from './scope.js';
import { equal, test, throws } from './tests.js';

// A component that answers may wait, so it needs a stack that can be suspended.
const suspends = typeof WebAssembly.Suspending === 'function';
const waiting = (name, body) => test(name, () => (suspends ? body() : undefined));

waiting('a component answers a request', async () => {
  const compiled = await compile('guests/respond.wasm');
  const response = await compiled.answer(new Request('/echo', { method: 'POST', body: 'a body' }));
  equal(response.status, 200);
  equal(response.headers.get('x-path'), '/echo');
  equal((await response.text()).includes('a body'), true);
  equal((await compiled.answer(new Request('/empty'))).status, 204);
  equal((await compiled.answer(new Request('/nothing-there'))).status, 404);
  await throws(Error, '', () => compiled.answer(new Request('/broken')));
  const calc = await compile('guests/calc-2-0.wasm');
  await throws(Error, 'wasi:http/incoming-handler', () => calc.answer(new Request('/echo')));
});

waiting('a component answers the scope of a service worker', async () => {
  const registration = await navigator.serviceWorker.register('answering.js', { type: 'module', scope: '/echo' });
  try {
    await activated(registration);
    const frame = await opened('/echo');
    try {
      const { fetch } = frame.contentWindow;
      const response = await fetch('/echo', { method: 'POST', body: 'from a page' });
      equal(response.status, 200);
      equal(response.headers.get('x-path'), '/echo');
      equal((await response.text()).includes('from a page'), true);
      const broken = await fetch('/broken');
      equal(broken.status, 500);
      equal((await broken.text()).length > 1, true);
      // What the component does not match is the server's.
      equal((await fetch('/echo-not')).status, 404);
      equal((await fetch('/echo-not')).headers.get('x-path'), null);
    } finally {
      frame.remove();
    }
  } finally {
    await registration.unregister();
  }
});
