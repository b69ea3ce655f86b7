// When the engines are fetched for precompiled components: once, and for WASI that the page does not give. A page of its own, since others need them.

import { compile, directory, instantiate, load } from './amphi-web/index.js';
import { isSupplied } from './amphi-web/src/versions.js';
import { wasi as given } from './precompiled/wasi.js';
import { report } from './report.js';
import { equal, test, throws } from './tests.js';

/** How often the page has fetched the script and the wasm of an engine: of that without HTTP, and of that with it. */
function fetched() {
  const all = performance.getEntriesByType('resource').map(({ name }) => name);
  return ['wasi.js', 'wasm/amphi_runtime_bg.wasm', 'http.js', 'wasm/amphi_js_bg.wasm'].map((path) => all.filter((name) => name.endsWith(`/amphi-web/${path}`)).length);
}

/** What a command says, and whether it runs. */
async function said(options) {
  let out = '';
  const wasi = { args: ['hello', 'page'], stdout: (text) => (out += text) };
  const { exports } = await load('guests/hello.wasm', options(wasi));
  exports['wasi:cli/run'].run();
  return out;
}

test('WASI that the page gives is all that a component needs', async () => {
  equal((await said((wasi) => ({ imports: given(wasi) }))).includes('page'), true);
  equal(fetched(), [0, 0, 0, 0]);
});

test('what is missing besides WASI is said before anything is fetched', async () => {
  const compiled = await compile('guests/kitchen.wasm', { imports: given() });
  const error = await throws(Error, 'demo:kitchen/host', () => instantiate(compiled, { imports: given() }));
  equal(error.name, 'LinkError');
  equal(fetched(), [0, 0, 0, 0]);
});

test('WASI that the page does not give is fetched, once', async () => {
  const all = await Promise.all([1, 2, 3].map(() => said((wasi) => ({ wasi }))));
  equal(all.every((out) => out === all[0] && out.includes('page')), true, all[0]);
  equal(fetched(), [1, 1, 0, 0]);
});

test('HTTP is fetched where it is imported or directories are granted, once, and then does for everybody', async () => {
  await compile('guests/courier.wasm');
  const data = await directory({ 'note.txt': 'kept' });
  equal(new TextDecoder().decode(data.read('note.txt')), 'kept');
  equal((await said((wasi) => ({ wasi: { ...wasi, directories: { '/data': data } } }))).includes('page'), true);
  equal((await said((wasi) => ({ wasi }))).includes('page'), true);
  equal(fetched(), [1, 1, 1, 1]);
});

test('a Worker imports the engine itself, and hears of it otherwise', async () => {
  const answers = ['worker', 'wasi-worker'].map(async (name) => {
    const worker = new Worker(`precompiled/${name}.js`, { type: 'module' });
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.terminate();
    return answer;
  });
  const [without, by] = await Promise.all(answers);
  equal(without.refused.includes('a Worker has to import `amphi-web/wasi`'), true, without.refused);
  equal(by.includes('worker'), true, by);
});

test('what the engine supplies is WASI, and no proposal of it', () => {
  for (const [name, expected] of [
    ['wasi:io/streams@0.2.6', true],
    ['wasi:http/types@0.2.0', true],
    ['wasi:cli/run@0.3.0', false],
    ['wasi:cli/stdout', false],
    ['wasi:logging/logging', false],
    ['wasi:keyvalue/store@0.2.0-draft', false],
    ['wasi:clocksmith/clock@0.2.0', false],
    ['demo:sensor/log@1.0.0', false],
  ]) {
    equal(isSupplied(name), expected, name);
  }
});

report();
