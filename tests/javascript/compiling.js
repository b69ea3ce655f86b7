// Where a component comes from, and how loading it is watched and ended.

import { compile, instantiate, load } from './amphi-web/index.js';
import { host } from './kitchen.js';
import { equal, test, throws } from './tests.js';

const PATH = 'guests/kitchen.wasm';
const options = () => ({ imports: host() });
const answer = (component) => component.exports['demo:kitchen/echo'].echoU8(7);

test('a component is loaded from whatever has its bytes', async () => {
  const bytes = await (await fetch(PATH)).arrayBuffer();
  for (const source of [PATH, new URL(PATH, location.href), await fetch(PATH), fetch(PATH), bytes, new Uint8Array(bytes)]) {
    equal(answer(await load(source, options())), 7);
  }
});

test('one that is compiled makes several instances', async () => {
  const compiled = await compile(PATH);
  const [one, other] = [await instantiate(compiled, options()), await load(compiled, options())];
  equal(one.exports['demo:kitchen/store'].visits(), 0);
  equal(one.exports['demo:kitchen/store'].visits(), 1);
  equal(other.exports['demo:kitchen/store'].visits(), 0);
});

test('progress is told', async () => {
  const seen = [];
  await compile(PATH, { progress: (step) => seen.push(step) });
  const last = (phase) => seen.filter((step) => step.phase === phase).at(-1);
  equal(last('download').loaded, last('compile').total);
  equal(last('compile').loaded, last('compile').total);
  equal(seen[0].loaded, 0);
});

test('loading can be given up', async () => {
  const reason = new Error('enough');
  await throws(Error, 'enough', () => load(PATH, { ...options(), signal: AbortSignal.abort(reason) }));
  const controller = new AbortController();
  const loading = load(PATH, { ...options(), signal: controller.signal });
  controller.abort(reason);
  await throws(Error, 'enough', () => loading);
});

test('a component that is disposed of is called no more', async () => {
  const component = await load(PATH, options());
  const { echoU8 } = component.exports['demo:kitchen/echo'];
  component[Symbol.dispose ?? Symbol.for('dispose')]();
  await throws(Error, 'disposed of', () => echoU8(1));
});
