// A visit that loads a component and calls it, in a Worker of `kept.js`: what came of it, and how often the translator was fetched.

const { path, from, keep, storage, worker } = Object.fromEntries(new URLSearchParams(location.search));

const refuse = () => Promise.reject(new DOMException('no', 'QuotaExceededError'));

/** What a browser may have of storage, or not. */
const STORAGE = {
  absent: () => Object.defineProperty(globalThis, 'caches', { value: undefined }),
  refused: () =>
    Object.defineProperty(globalThis, 'caches', {
      get() {
        throw new DOMException('no', 'SecurityError');
      },
    }),
  full: () => (Cache.prototype.put = refuse),
  insecure: () => Object.defineProperty(crypto, 'subtle', { value: undefined }),
};

const fetchedSo = (name) => performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith(`/${name}`)).length;

/** A component of which the first half is there, and the rest once all has been fetched that it needs. */
async function stalled() {
  const bytes = new Uint8Array(await (await fetch(path)).arrayBuffer());
  const middle = bytes.length >> 1;
  return new Response(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.slice(0, middle));
        for (let tries = 0; fetchedSo('amphi_translator_bg.wasm') + fetchedSo('amphi_runtime_bg.wasm') < 2; tries++) {
          if (tries === 1000) controller.error(new Error('what the component needs was not fetched while it arrived'));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        controller.enqueue(bytes.slice(middle));
        controller.close();
      },
    }),
  );
}

const SOURCES = {
  bytes: async () => (await fetch(path)).arrayBuffer(),
  response: () => fetch(path),
  stalled,
};

async function visit() {
  STORAGE[storage]?.();
  const { load } = await import('./amphi-web/index.js');
  const source = SOURCES[from] === undefined ? path : await SOURCES[from]();
  let out = '';
  const wasi = { args: ['hello', 'visitor'], stdout: (text) => (out += text) };
  const { exports } = await load(source, { keep: keep !== 'false', worker: worker === 'true', wasi });
  const call = exports.count ?? exports['demo:calc/ops']?.add ?? exports['wasi:cli/run'].run;
  const result = await call(1n, 2n);
  return { answer: String(result ?? out.includes('visitor')), fetched: fetchedSo('amphi_translator_bg.wasm') };
}

visit().then(
  (value) => postMessage(value),
  (error) => postMessage({ error: String(error?.stack ?? error) }),
);
