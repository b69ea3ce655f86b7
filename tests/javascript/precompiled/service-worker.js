// A service worker in which precompiled components answer what is fetched: every import is static.

import { compile, instantiate, load } from '../amphi-web/runtime.js';
import '../amphi-web/wasi.js';

const at = (path) => new URL(path, import.meta.url);
let greeting;

/** What is answered under each name, for the text in the query. */
const ANSWERS = {
  /** One component calls another, for which a browser that allows one memory needs the file beside. */
  async echo(text) {
    const { exports } = await load(at('../transcoding.wasm'));
    return exports.utf16Utf8(text);
  },
  /** A command, compiled while the service worker is installed, or again when it was stopped since. */
  async greet(name) {
    let out = '';
    greeting ??= compile(at('../guests/hello.wasm'));
    const { exports } = await instantiate(await greeting, { wasi: { args: ['hello', name], stdout: (text) => (out += text) } });
    exports['wasi:cli/run'].run();
    return out;
  },
};

async function answered(answer, text) {
  try {
    return new Response(await answer(text), { headers: { 'content-type': 'text/plain; charset=utf-8' } });
  } catch (error) {
    return new Response(String(error), { status: 500 });
  }
}

addEventListener('install', (event) => {
  greeting = compile(at('../guests/hello.wasm'));
  event.waitUntil(Promise.all([greeting, skipWaiting()]));
});
addEventListener('fetch', (event) => {
  const { pathname, searchParams } = new URL(event.request.url);
  const name = pathname.split('/').pop();
  if (Object.hasOwn(ANSWERS, name)) event.respondWith(answered(ANSWERS[name], searchParams.get('text')));
});
