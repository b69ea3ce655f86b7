// Directories that components in Workers are granted.

import { directory, load, storedDirectory } from './amphi-web/index.js';
import { equal, test, throws } from './tests.js';

const dispose = Symbol.dispose ?? Symbol.for('dispose');
const suspends = typeof WebAssembly.Suspending === 'function';
const text = (bytes) => new TextDecoder().decode(bytes);

/** Loads the errand in a Worker, and gives `body` what runs it: what it wrote since the last time. */
async function errand(kind, directories, body, options = {}) {
  let out = '';
  const wasi = { args: ['errand', kind], directories, env: { GREETING: 'hello' }, stdin: 'one\ntwo\nthree', stdout: (more) => (out += more) };
  const component = await load('guests/errand.wasm', { worker: true, wasi, ...options });
  const run = async () => {
    out = '';
    await component.exports['wasi:cli/run'].run();
    return out;
  };
  try {
    return await body(run, component);
  } finally {
    component[dispose]();
  }
}

test('a component in a Worker uses files as in the page', async () => {
  const data = await directory({ 'greeting.txt': 'Hello, world!\n', 'a/b/deep.txt': 'deep' });
  const fixed = { directory: await directory({ 'stone.txt': 'stays' }), readOnly: true };
  const out = await errand('files', { '/data': data, '/fixed': fixed }, (run) => run());
  equal(out, await (await fetch('errands/files.txt')).text());
  equal(text(data.read('greeting.txt')).length > 0, true);
  equal(fixed.directory.files(), ['stone.txt']);
});

/** Loads the notes in a Worker with one directory, and gives `body` their functions. */
async function notes(data, body, options = {}) {
  const component = await load('guests/notes.wasm', { worker: true, wasi: { directories: { '/data': data } }, ...options });
  try {
    await body(component.exports['demo:notes/files'], component);
  } finally {
    component[dispose]();
  }
}

test('the page and a component in a Worker see what the other has changed before', async () => {
  const data = await directory({ 'a/one': '1', 'a/two': '2', b: 'file' });
  await notes(data, async (files) => {
    equal(await files.all('/data'), ['/data/a/one', '/data/a/two', '/data/b']);
    await files.write('/data/c/d/three', '3');
    equal(text(data.read('c/d/three')), '3');
    data.write('c/d/three', 'three');
    data.write('e/four', '4');
    equal(await files.read('/data/c/d/three'), 'three');
    await files.rename('/data/a', '/data/e/a');
    equal(data.files(), ['b', 'c/d/three', 'e/a/one', 'e/a/two', 'e/four']);
    // A file becomes a directory, and a directory a file.
    await files.remove('/data/b');
    await files.write('/data/b/inside', 'x');
    await files.remove('/data/c');
    await files.write('/data/c', 'y');
    equal(data.files(), ['b/inside', 'c', 'e/a/one', 'e/a/two', 'e/four']);
    equal(await files.all('/data'), data.files().map((path) => `/data/${path}`));
    await throws(Error, '', () => files.remove('/data/none'));
  });
});

test('what both have changed meanwhile is what the component has written', async () => {
  const data = await directory({ both: '' });
  await notes(data, async (files) => {
    const written = files.write('/data/both', 'by the component');
    data.write('both', 'by the page');
    data.write('other', 'by the page');
    await written;
    equal(text(data.read('both')), 'by the component');
    equal(await files.read('/data/other'), 'by the page');
  });
});

test('one directory under two names is one', async () => {
  const data = await directory();
  await errand('keep', { '/data': data, '/again': { directory: data, readOnly: true } }, (run) => run());
  equal(data.files(), ['visit-1', 'visits/count']);
});

test('a Worker that was stopped leaves what its calls have left', async () => {
  if (!suspends) return;
  const data = await directory();
  await notes(data, async (files, component) => {
    await files.write('/data/one', '1');
    await throws(DOMException, 'deadline', () => component.within({ deadline: 0 }, () => files.write('/data/two', '2'.repeat(1 << 22))));
    equal(data.files(), ['one']);
    equal(await files.all('/data'), ['/data/one']);
  });
});

test('what a component in a Worker leaves is kept once it is synced', async () => {
  if (typeof globalThis.FileSystemFileHandle?.prototype.createWritable !== 'function') return;
  const name = `worker-${crypto.randomUUID()}`;
  const stored = await storedDirectory(name);
  await errand('keep', { '/data': stored }, (run) => run());
  equal((await storedDirectory(name)).files(), []);
  await stored.sync();
  equal((await storedDirectory(name)).files(), ['visit-1', 'visits/count']);
});
