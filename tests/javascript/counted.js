// How much one call may take from a component, counted before it is made.

import { Trap, load } from './amphi-web/index.js';
import { equal, test, throws } from './tests.js';

test('what is cheap for a component and dear for the page is counted', async () => {
  for (const [name, count] of [
    ['options', 12_000_000],
    ['points', 12_000_000],
    ['flags', 25_000_000],
  ]) {
    const { exports } = await load('counted.wasm');
    await throws(Trap, 'too much data', () => exports[name](count));
  }
  const { exports } = await load('counted.wasm');
  equal(exports.options(10_000).length, 10_000);
  equal(exports.points(1)[0], { x: 1, y: 1 });
  equal(exports.flags(1)[0], { read: true, write: false });
  equal(exports.bytes(25_000_000).length, 25_000_000);
});
