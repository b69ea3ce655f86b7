// Precompiled components: how they arrive, and what becomes of those that are cut short, changed, forged or another's.

import { compile, instantiate, load } from './amphi-web/index.js';
import { host } from './host.js';
import { hasMultiMemory } from './amphi-web/src/runtime/glue.js';
import { activated, opened } from './scope.js';
import { equal, test, throws } from './tests.js';

const PATH = 'encodings.wasm';
const bytesOf = async (path = PATH) => new Uint8Array(await (await fetch(path)).arrayBuffer());

/** A response whose bytes arrive in pieces of so many. */
function inPieces(bytes, size) {
  let at = 0;
  const pull = (controller) => {
    if (at >= bytes.length) controller.close();
    else controller.enqueue(bytes.slice(at, (at += size)));
  };
  return new Response(new ReadableStream({ pull }));
}

/** The hash that a file has of its parts. */
const hash = (bytes) => bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);

/** A file taken apart: its sections, and how to put it together again. */
function parts(bytes) {
  const view = new DataView(bytes.buffer);
  const head = view.getUint32(16, true);
  const table = 36 + view.getUint32(28, true);
  let at = head;
  const sections = Array.from({ length: view.getUint32(table - 4 + 0, true) }, (_, index) => {
    const length = view.getUint32(table + index * 12 + 4, true);
    return bytes.slice(at, (at += length));
  });
  return { head: bytes.slice(0, head), table, sections };
}

/** A file with another description in it. */
function described(bytes, change) {
  const { head, table, sections } = parts(bytes);
  const plan = JSON.parse(new TextDecoder().decode(sections[1]));
  sections[1] = new TextEncoder().encode(change(plan) ?? JSON.stringify(plan));
  const view = new DataView(head.buffer);
  view.setUint32(table + 12 + 4, sections[1].length, true);
  view.setUint32(table + 12 + 8, hash(sections[1]), true);
  view.setUint32(12, hash(head.slice(16)), true);
  return new Uint8Array([head, ...sections].flatMap((part) => [...part]));
}

test('a file may arrive in pieces of any size', async () => {
  const bytes = await bytesOf();
  for (const size of [1, 7, 64, 1000, bytes.length]) {
    const { exports } = await load(inPieces(bytes, size));
    equal(exports.echoUtf8('größer'), 'größer');
  }
});

test('a file that is cut short says where', async () => {
  const bytes = await bytesOf();
  const { head } = parts(bytes);
  for (const end of [0, 4, 11, 31, head.length - 1, head.length, head.length + 5, bytes.length - 1]) {
    for (const source of [bytes.slice(0, end), inPieces(bytes.slice(0, end), 10)]) {
      await throws(Error, 'the precompiled component is cut short', () => compile(source));
    }
  }
});

test('a file that was changed says so', async () => {
  const bytes = await bytesOf();
  const { head, sections } = parts(bytes);
  const last = head.length + sections[0].length;
  for (const at of [...Array.from({ length: head.length }, (_, at) => at), last, last + 40, bytes.length - 1]) {
    const changed = bytes.slice();
    changed[at] ^= 0x41;
    await throws(Error, 'the precompiled component ', () => compile(changed));
  }
});

test('what is no precompiled component is refused', async () => {
  const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, 0, 0, 0, 0);
  await throws(Error, 'found a component or a core module', () => compile(component));
  await throws(Error, 'found other bytes at its beginning', () => compile(new Uint8Array(100)));
  // As servers answer for files that they do not have, or say that they do not.
  await throws(Error, 'found a document that begins with `<!doctyp`', () => compile('precompiled.html'));
  await throws(Error, 'found a document', () => compile(new Response('\n  <html>', { headers: { 'content-type': 'application/wasm' } })));
  await throws(Error, '/nothing.page` cannot be fetched: status 404', () => compile('nothing.page'));
  const bytes = await bytesOf();
  bytes[8] = 9;
  await throws(Error, 'made by another version of Amphi: format 9, expected 1', () => compile(bytes));
});

test('what a server says of a file is not believed', async () => {
  const bytes = await bytesOf();
  for (const headers of [{ 'content-type': 'text/html' }, { 'content-type': 'text/plain', 'content-length': '7' }, { 'content-length': '1000000' }]) {
    const { exports } = await load(new Response(bytes, { headers }));
    equal(exports.echoUtf8('größer'), 'größer');
  }
  const partial = (from, end) => compile(new Response(bytes.slice(from, end), { status: 206 }));
  await throws(Error, 'is cut short', () => partial(0, 1000));
  await throws(Error, 'found other bytes at its beginning', () => partial(1000, bytes.length));
});

test('the tail of a file is asked for where the file is, and missed by name', async () => {
  const needsTail = (path, text) => (hasMultiMemory() ? load(path) : throws(Error, `needs a tail, since this browser allows one memory: ${text}`, () => load(path)));
  const { exports } = await load('transcoding.wasm?version=1#part');
  equal(exports.utf16Utf8('größer'), 'größer');
  await needsTail('alone.wasm', 'the component');
  await needsTail(await bytesOf('transcoding.wasm'), 'append the file with `.single-memory`');
  const tail = await bytesOf('transcoding.wasm.single-memory');
  await throws(Error, 'found the tail of one, for browsers that allow one memory', () => compile(tail));
  const whole = new Uint8Array([...(await bytesOf('transcoding.wasm')), ...tail]);
  equal((await load(whole)).exports.utf16Utf8('größer'), 'größer');
  for (const [end, text] of [
    [whole.length - 1, 'is cut short'],
    [whole.length - tail.length + 10, 'is cut short'],
  ]) {
    if (!hasMultiMemory()) await throws(Error, text, () => load(whole.slice(0, end)));
  }
  const others = new Uint8Array([...(await bytesOf('transcoding.wasm')), ...(await bytesOf('transcoding.wasm'))]);
  if (!hasMultiMemory()) await throws(Error, 'has no tail for browsers that allow one memory', () => load(others));
});

test('who gives up gets the reason, whatever has arrived', async () => {
  const bytes = await bytesOf();
  for (const end of [0, 5, 100, bytes.length - 1]) {
    const controller = new AbortController();
    let arrived;
    const here = new Promise((resolve) => (arrived = resolve));
    const body = new ReadableStream({
      start: (stream) => void (end > 0 && stream.enqueue(bytes.slice(0, end))),
      // Asked for more than there is.
      pull: () => new Promise(() => arrived()),
    });
    const loading = load(new Response(body), { signal: controller.signal });
    await here;
    controller.abort(new Error('enough'));
    await throws(Error, 'enough', () => loading);
  }
  const broken = new ReadableStream({
    start(stream) {
      stream.enqueue(bytes.slice(0, bytes.length - 5));
      setTimeout(() => stream.error(new Error('the line is dead')));
    },
  });
  await throws(Error, 'the line is dead', () => load(new Response(broken)));
  const all = await Promise.all(Array.from({ length: 5 }, () => load(PATH)));
  for (const { exports } of all) equal(exports.echoUtf8('größer'), 'größer');
});

test('a description that was forged is refused by what is wrong with it', async () => {
  const bytes = await bytesOf();
  for (const [change, text] of [
    [() => 'no', 'is not JSON'],
    [() => '[]', '`description`: expected an object, found []'],
    [(plan) => void (plan.types[0].kind = 'stream'), '`types[0].kind`: expected one of `list`'],
    [(plan) => void (plan.types[0].size = -1), '`types[0].size`: expected a number below'],
    [(plan) => void plan.types.push({ kind: 'list', of: 99, size: 8, align: 4 }), '.of`: expected a number below'],
    [(plan) => void (plan.exports[0].options = 7), '`exports[0].options`: expected a number below'],
    [(plan) => void (plan.exports[0].core = [0]), '`exports[0].core`: expected a function'],
    [(plan) => void (plan.exports[0].as = '__proto__'), '`exports[0].as`: expected a name'],
    [(plan) => void delete plan.steps, '`steps`: expected a list, found undefined'],
    [(plan) => void plan.steps.unshift(null), '`steps[0]`: expected an object, found null'],
    [(plan) => void (plan.steps[0].kind = 'run'), '`steps[0].kind`: expected one of `instantiate`'],
    [(plan) => void (plan.steps[0].module = 1), '`steps[0].module`: expected a number below 1'],
    [(plan) => void (plan.steps[0].imports = [[0, 'memory']]), '`steps[0].imports`: expected 0 definitions'],
    [(plan) => void (plan.instances = 1e9), '`instances`: expected a number below'],
  ]) {
    await throws(Error, text, () => compile(described(bytes, change)));
  }
});

test('what a forged description joins is the component’s own alone', async () => {
  const bytes = await bytesOf();
  for (const [change, text] of [
    [(plan) => void (plan.steps.find(({ kind }) => kind === 'memory').core = [0, 'realloc']), 'expected a memory, found function'],
    [(plan) => void (plan.steps.find(({ kind }) => kind === 'memory').core = [7, 'memory']), 'core instance 7 has not been made yet'],
    [(plan) => void (plan.steps.find(({ kind }) => kind === 'memory').core = [0, 'toString']), 'has no export `toString`'],
  ]) {
    await throws(Error, text, () => load(described(bytes, change)));
  }
});

/** Numbers that look like chance, and are the same in every run. */
function chance() {
  let seed = 1;
  return (end) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % end;
  };
}

/** Every place in a description: an object or a list, and a key of it. */
function places(value, found = []) {
  if (value === null || typeof value !== 'object') return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    places(value[key], found);
  }
  return found;
}

test('what is changed in a description by chance ends in errors', async () => {
  const below = chance();
  const pick = (items) => items[below(items.length)];
  const values = [null, -1, 0, 1, 7, 2 ** 31, 'x', '', '__proto__', [], {}, true];
  const imports = { wait: () => 1 };
  let refused = 0;
  for (const path of ['encodings.wasm', 'rooms.wasm', 'given.wasm', 'transcoding.wasm']) {
    const bytes = await bytesOf(path);
    for (let time = 0; time < 400; time++) {
      const changed = described(bytes, (plan) => {
        const [object, key] = pick(places(plan));
        const [from, other] = pick(places(plan));
        if (below(4) === 0) delete object[key];
        else object[key] = below(4) === 0 ? structuredClone(from[other]) : pick(values);
      });
      try {
        await load(changed, { imports });
      } catch (error) {
        if (!(error instanceof Error)) throw new Error(`expected an error, found ${error}`);
        refused += 1;
      }
    }
  }
  equal(refused > 1000, true, `${refused} were refused`);
});

test('what a forged description says of a component that the engine runs ends in errors, and the engine is as it was', async () => {
  const bytes = await bytesOf('guests/kitchen.wasm');
  const tables = (value) => (plan) => plan.types.filter(({ table }) => table !== undefined).forEach((type) => (type.table = value));
  for (const table of [999, 2 ** 32 - 1]) {
    const { exports } = await load(described(bytes, tables(table)), { imports: host() });
    const { Basket } = exports['demo:kitchen/store'];
    await throws(Error, `there is no table ${table} of handles`, () => new Basket('mine'));
  }
  const below = chance();
  const pick = (items) => items[below(items.length)];
  for (let time = 0; time < 40; time++) {
    const changed = described(bytes, (plan) => {
      const [object, key] = pick(places(plan));
      object[key] = pick([null, 0, 1, 7, 2 ** 31, '', []]);
    });
    try {
      const { exports } = await load(changed, { imports: host() });
      for (const call of Object.values(exports['demo:kitchen/echo'] ?? {})) call(1);
    } catch (error) {
      if (!(error instanceof Error)) throw new Error(`expected an error, found ${error}`);
    }
  }
  const { exports } = await load('guests/kitchen.wasm', { imports: host() });
  equal(new exports['demo:kitchen/store'].Basket('mine').name(), 'mine');
});

test('a plan that was forged is refused by the engine', async () => {
  const bytes = await bytesOf('guests/kitchen.wasm');
  const { head, sections } = parts(bytes);
  bytes[head.length + sections[0].length - 1] ^= 0x41;
  const compiled = await compile(bytes);
  await throws(Error, 'the precompiled file is changed: section `plan`', () => instantiate(compiled, { imports: host() }));
});

test('a Worker of the page runs a precompiled component', async () => {
  const worker = new Worker('precompiled/worker.js', { type: 'module' });
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.terminate();
  equal(answer.echo, 'größer');
  equal(answer.between, 'größer');
});

test('precompiled components answer in a service worker', async () => {
  const registration = await navigator.serviceWorker.register('precompiled/service-worker.js', { type: 'module' });
  try {
    await activated(registration);
    const frame = await opened('precompiled/echo?text=opened');
    try {
      equal(frame.contentDocument.body.textContent, 'opened');
      for (const [address, expected] of [
        ['echo?text=größer', 'größer'],
        ['greet?text=scope', 'Hello, scope!\n'],
      ]) {
        const response = await frame.contentWindow.fetch(address);
        equal([response.status, await response.text()], [200, expected], address);
      }
      // What no component answers is the server's.
      equal((await frame.contentWindow.fetch('nothing')).status, 404);
    } finally {
      frame.remove();
    }
  } finally {
    await registration.unregister();
  }
});
