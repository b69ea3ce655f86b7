// What a page is told of a component's world.

import { compile, load } from './amphi-web/index.js';
import { equal, test } from './tests.js';

test('a world is text and data', async () => {
  const bytes = await (await fetch('guests/sensor.wasm')).arrayBuffer();
  const compiled = await compile(bytes);
  // What the page does with its bytes is nobody's business.
  new Uint8Array(bytes).fill(0);
  const { text, imports, exports, wasi, size, coreModules } = await compiled.wit;
  equal(text.includes('export demo:sensor/filter@1.0.0;'), true);
  equal(text.includes('run: func(readings: list<reading>) -> result<report, filter-error>;'), true);
  equal(imports[0].kind, 'interface');
  const log = imports.find(({ name }) => name === 'demo:sensor/log@1.0.0');
  const params = [{ name: 'level', type: 'level' }, { name: 'message', type: 'string' }];
  equal(log.functions, [{ async: false, name: 'record-message', params, result: null }]);
  equal(log.types, [{ name: 'level', type: 'enum' }]);
  equal(exports.map(({ name }) => name), ['demo:sensor/filter@1.0.0']);
  equal(wasi[0].startsWith('0.2.'), true);
  equal(size, bytes.byteLength);
  equal(coreModules > 0, true);
});

test('an instance has the world of its component', async () => {
  const compiled = await compile('guests/calc-2-0.wasm');
  const component = await load(compiled);
  equal((await component.wit) === (await compiled.wit), true);
  equal((await component.wit).text.includes('add: func(a: s64, b: s64) -> s64;'), true);
});

test('a component in a Worker has its world, also once it is disposed of', async () => {
  const component = await load('spin.wasm', { worker: true });
  component[Symbol.dispose ?? Symbol.for('dispose')]();
  equal((await component.wit).text.includes('export spin: func();'), true);
  const compiled = await compile('spin.wasm');
  const other = await load(compiled, { worker: true });
  equal((await other.wit) === (await compiled.wit), true);
  equal(await other.exports.count(), 1);
  other[Symbol.dispose ?? Symbol.for('dispose')]();
});
