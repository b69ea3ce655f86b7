// Components that are precompiled in a page.

import { compile, inspect, types } from './amphi-web/compile.js';
import { load } from './amphi-web/index.js';
import * as runtime from './amphi-web/runtime.js';
import { equal, test, throws } from './tests.js';

const bytesOf = async (path) => (await fetch(path)).arrayBuffer();

test('a page precompiles a component and runs it', async () => {
  const { file, singleMemory } = await compile(await bytesOf('guests/calc-2-0.wasm'));
  equal(singleMemory, undefined);
  const component = await runtime.load(file);
  equal(component.exports['demo:calc/ops'].add(1n, 2n), 3n);
});

test('the entry that translates takes what is precompiled, too', async () => {
  const { file } = await compile(await bytesOf('guests/calc-2-0.wasm'));
  for (const source of [file, new Response(file), Promise.resolve(new Response(file))]) {
    const component = await load(source);
    equal(component.exports['demo:calc/ops'].add(1n, 2n), 3n);
    await throws(Error, 'a precompiled component has no WIT', () => component.wit);
  }
  const worker = await load(file, { worker: true });
  equal(await worker.exports['demo:calc/ops'].add(1n, 2n), 3n);
  await throws(Error, 'a precompiled component has no WIT', () => worker.wit);
  worker[Symbol.dispose ?? Symbol.for('dispose')]();
  await throws(Error, 'is cut short', () => load(file.slice(0, 100)));
});

test('the entry for precompiled components refuses others', async () => {
  const text = 'is none: expected what `amphi compile --target page` makes, found a component or a core module';
  await throws(Error, text, () => runtime.load('guests/calc-2-0.wasm'));
  await throws(Error, text, () => runtime.load('guests/calc-2-0.wasm', { worker: true }));
});

test('a component is described in a page', async () => {
  const bytes = new Uint8Array(await bytesOf('guests/calc-2-0.wasm'));
  const [declared] = await types(bytes, { name: 'calc' });
  equal(declared.path, 'calc.d.ts');
  equal(declared.text.includes('export interface Calc {'), true);
  equal((await inspect(bytes)).includes(`// size: ${bytes.length} bytes\n`), true);
  equal(JSON.parse(await inspect(bytes, { json: true })).refused, null);
});

test('what is no component is refused, and the next one is compiled', async () => {
  const module = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  await throws(Error, 'expected a component, found a core module', () => compile(module));
  await throws(Error, 'expected a component, found a core module', () => inspect(module));
  await throws(TypeError, 'expected the bytes of a component, found string', () => compile('guests/calc-2-0.wasm'));
  equal((await compile(await bytesOf('guests/calc-2-0.wasm'))).file.length > 0, true);
});
