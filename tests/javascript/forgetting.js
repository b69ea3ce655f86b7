// Components that a page has forgotten are collected, with all that the engine keeps for them.

import { collected } from './collected.js';
import { kitchen } from './kitchen.js';
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

test('an object keeps its component', async () => {
  const basket = new ((await kitchen())('store').Basket)('kept');
  for (let number = 0; number < 50; number++) {
    equal((await kitchen())('echo').echoU8(1), 1);
    if (number % 10 === 0) await collected();
  }
  equal(basket.put('a'), 1);
  equal(basket.items(), ['a']);
});
