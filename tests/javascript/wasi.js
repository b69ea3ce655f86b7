// A guest that uses WASI in every way, and says what it saw: the same as natively.

import { Trap, compile, directory, instantiate, storedDirectory } from './amphi-web/index.js';
import { kitchen } from './kitchen.js';
import { equal, test, throws } from './tests.js';

const compiled = compile('guests/errand.wasm');
const suspends = typeof WebAssembly.Suspending === 'function';

/** What the guest reads, as the tests of both hosts in Rust have it. */
const INPUT = 'one\ntwo\nthree';

/** Runs the errands of a kind, and gives what they wrote. */
async function errand(kind, options) {
  const data = await directory({ 'greeting.txt': 'Hello, world!\n', 'a/b/deep.txt': 'deep' });
  const fixed = await directory({ 'stone.txt': 'stays' });
  let [out, err] = ['', ''];
  const wasi = {
    args: ['errand', kind],
    env: { GREETING: 'hello' },
    directories: { '/data': data, '/fixed': { directory: fixed, readOnly: true } },
    stdin: INPUT,
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
  };
  const component = await instantiate(await compiled, { wasi, ...options });
  await component.exports['wasi:cli/run'].run();
  return { out, err, data };
}

async function same(kind, options) {
  const { out, err } = await errand(kind, options);
  const expected = await (await fetch(`errands/${kind}.txt`)).text();
  out.split('\n').forEach((line, index) => equal(line, expected.split('\n')[index], `line ${index + 1}`));
  equal(out, expected);
  equal(err, '');
}

for (const kind of ['clocks', 'command', 'files', 'random', 'sockets', 'streams', 'sleep', 'poll']) {
  test(`errands: ${kind}`, async () => {
    const waits = ['sleep', 'poll'].includes(kind);
    if (waits && !suspends) await throws(Trap, 'JavaScript Promise Integration', () => errand(kind, { async: true }));
    else await same(kind, { async: true });
  });
}

test('what needs no waiting needs no promises', async () => {
  await same('files', {});
  await throws(Trap, 'wait', () => errand('sleep', {}));
});

test('the page sees what a component has written', async () => {
  const { data } = await errand('files', {});
  equal(new TextDecoder().decode(data.read('greeting.txt')).length > 0, true);
  data.write('new/file.txt', 'by the page');
  equal(data.files().includes('new/file.txt'), true);
});

test('a directory that the browser keeps is found again', async () => {
  if (typeof globalThis.FileSystemFileHandle?.prototype.createWritable !== 'function') {
    await throws(Error, '', async () => (await storedDirectory('kept')).sync());
    return;
  }
  const first = await storedDirectory('kept');
  first.write('a/note.txt', 'for later');
  await first.sync();
  equal(new TextDecoder().decode((await storedDirectory('kept')).read('a/note.txt')), 'for later');
});

test('a directory is what directory makes', async () => {
  await throws(TypeError, 'directories[/data]: expected what `directory` makes', () => kitchen({ wasi: { directories: { '/data': {} } } }));
});
