// Components that a page has forgotten are collected, with all that the engine keeps for them.

import { compile, instantiate } from './amphi-web/index.js';
import { collected } from './collected.js';
import { host, kitchen } from './kitchen.js';
import { equal, test } from './tests.js';

/** More than a browser has room for at a time: each has a memory, and address space for more. */
const MANY = 400;

test('components come and go', async () => {
  for (let number = 1; number <= MANY; number++) {
    const part = await kitchen();
    const { Basket } = part('store');
    equal(new Basket('forgotten').put('something'), 1);
    equal(part('calls').addMany(1, 2), 3);
    if (number % 10 === 0) await collected();
  }
});

test('components come and go in one turn', async () => {
  const compiled = await compile('guests/kitchen.wasm');
  for (let number = 1; number <= MANY; number++) {
    const { exports } = await instantiate(compiled, { imports: host() });
    equal(exports['demo:kitchen/calls'].addMany(1, 2), 3);
  }
});

test('an object keeps its component', async () => {
  const basket = new ((await kitchen())('store').Basket)('kept');
  for (let number = 0; number < 50; number++) {
    equal((await kitchen())('echo').echoU8(1), 1);
    if (number % 10 === 0) await collected();
  }
  equal(basket.put('a'), 1);
  equal(basket.items(), ['a']);
});
