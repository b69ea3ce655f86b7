// What is kept of components that were translated: the next visit translates nothing, and nothing that happens to what is kept is an error. Each visit
// is a Worker, which begins with nothing but what the browser has kept.

import { report } from './report.js';
import { equal, test } from './tests.js';

const NAME = 'amphi-web';
const CALC = 'guests/calc-2-0.wasm';
const SPIN = 'spin.wasm';
const HELLO = 'guests/hello.wasm';

/** A promise of whether this browser keeps anything for this page. */
const keeps = caches.open('other').then(
  () => true,
  () => false,
);

/** Visitors that may not have kept everything yet. */
const visitors = [];

/** What came of a visit. */
async function visited(path, options = {}) {
  const visitor = new Worker(`visit.js?${new URLSearchParams({ path, ...options })}`, { type: 'module' });
  visitors.push(visitor);
  const { error, ...found } = await new Promise((resolve, reject) => {
    visitor.onmessage = ({ data }) => resolve(data);
    visitor.onerror = ({ message }) => reject(new Error(message));
  });
  if (error !== undefined) throw new Error(error);
  return found;
}

const ANSWERS = { [CALC]: '3', [SPIN]: '1', [HELLO]: 'true' };

/** A visit that gives the right answer, and has the translator fetched so often. */
const visit = async (path, fetched, options) => equal(await visited(path, options), { answer: ANSWERS[path], fetched });

/** The entries that are kept, once `condition` holds of them: who writes them waits for nobody. */
async function entries(condition) {
  for (let tries = 0; ; tries++) {
    const cache = await caches.open(NAME);
    const keys = await cache.keys();
    if (await condition(keys, cache)) return keys;
    if (tries === 1000) throw new Error(`what is kept is not what was expected: ${keys.map(({ url }) => url).join(' ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isFrom = (path) => ({ url }) => new URL(url).searchParams.get('from') === new URL(path, location.href).href;
const there = (path) => entries((keys) => keys.some(isFrom(path)));

/** Begins with nothing. */
async function fresh() {
  for (const visitor of visitors.splice(0)) visitor.terminate();
  await caches.delete(NAME);
}

const keeping = (name, body) =>
  test(name, async () => {
    if (!(await keeps)) return;
    await fresh();
    await body();
  });

async function hexOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Puts other bytes in the place of what is kept from `path`; `digest` is what is said of them. */
async function forge(path, change, digest) {
  const cache = await caches.open(NAME);
  const key = (await cache.keys()).find(isFrom(path));
  const response = await cache.match(key);
  const bytes = change(new Uint8Array(await response.arrayBuffer()));
  const headers = { 'amphi-digest': digest === undefined ? response.headers.get('amphi-digest') : await digest(bytes) };
  await cache.put(key, new Response(bytes, { headers }));
  return key;
}

keeping('the second visit translates nothing', async () => {
  await visit(CALC, 1);
  await there(CALC);
  await visit(CALC, 0);
  await visit(CALC, 0, { from: 'bytes' });
  await visit(CALC, 0, { from: 'response' });
  await visit(SPIN, 1);
});

keeping('a component in a Worker is kept, too', async () => {
  await visit(SPIN, 1, { worker: true });
  await there(SPIN);
  await visit(SPIN, 0, { worker: true });
  await visit(SPIN, 0);
});

keeping('what is not to be kept is not, and not looked for', async () => {
  await visit(CALC, 1, { keep: false });
  equal(await caches.has(NAME), false);
  await visit(CALC, 1);
  await there(CALC);
  await visit(CALC, 1, { keep: false });
});

keeping('a component that has changed is translated', async () => {
  await visit(CALC, 1);
  const [{ url }] = await there(CALC);
  const cache = await caches.open(NAME);
  // As if what is at the address had been another one.
  const other = new URL(url);
  other.searchParams.set('from', new URL(SPIN, location.href).href);
  await cache.put(other.href, await cache.match(url));
  await visit(SPIN, 1);
});

keeping('what is broken is translated anew and replaced', async () => {
  const flip = (bytes) => {
    bytes[bytes.length - 9] ^= 1;
    return bytes;
  };
  const cut = (bytes) => bytes.slice(0, bytes.length >> 1);
  const other = () => new TextEncoder().encode('no file');
  for (const [change, digest] of [[flip], [cut], [other], [flip, hexOf], [cut, hexOf], [other, hexOf]]) {
    await fresh();
    await visit(CALC, 1);
    const [{ url }] = await there(CALC);
    const whole = await hexOf(await (await (await caches.open(NAME)).match(url)).arrayBuffer());
    const isWhole = async (entry, cache) => (await hexOf((await (await cache.match(entry))?.arrayBuffer()) ?? new ArrayBuffer())) === whole;
    await forge(CALC, change, digest);
    await visit(CALC, 1);
    await entries(async (keys, cache) => keys.length === 1 && isWhole(keys[0], cache));
    await visit(CALC, 0);
  }
});

keeping('what was not used for the longest time goes, by number and by bytes', async () => {
  const made = async (count, bytes) => {
    const cache = await caches.open(NAME);
    for (let index = 0; index < count; index++) {
      await cache.put(`https://amphi-web.invalid/other/${index}?bytes=${bytes}&from=`, new Response('x'));
    }
  };
  const numbers = (keys) => keys.filter(({ url }) => url.includes('/other/')).map(({ url }) => Number(new URL(url).pathname.split('/').at(-1)));
  await made(40, 1);
  await visit(CALC, 1);
  const few = await entries((keys) => keys.some(isFrom(CALC)) && keys.length <= 32);
  equal(numbers(few), Array.from({ length: 31 }, (_, index) => index + 9));
  equal(isFrom(CALC)(few.at(-1)), true, 'what was written last is the last');
  // What is used is the last to go.
  await visit(SPIN, 1);
  await there(SPIN);
  await visit(CALC, 0);
  await entries((keys) => isFrom(CALC)(keys.at(-1)));
  await fresh();
  await made(3, 30 << 20);
  await made(1, 'none');
  await visit(CALC, 1);
  const small = await entries((keys) => keys.some(isFrom(CALC)) && keys.length <= 3);
  equal(numbers(small), [1, 2]);
});

test('the translator and the engine are fetched while the component arrives', async () => {
  if (await keeps) await fresh();
  await visit(HELLO, 1, { from: 'stalled' });
});

test('storage that is refused, absent, full or insecure is no error', async () => {
  for (const storage of ['absent', 'refused', 'full', 'insecure']) {
    if (await keeps) await fresh();
    for (const from of ['address', 'bytes']) await visit(CALC, 1, { storage, from });
  }
});

report();
