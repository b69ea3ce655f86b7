// Resources of the component as classes, and classes of the host as resources.

import { load } from './amphi-web/index.js';
import { host, kitchen } from './kitchen.js';
import { equal, test, throws } from './tests.js';

const dispose = Symbol.dispose ?? Symbol.for('dispose');

test('a resource of the component is a class', async () => {
  const { Basket, count, countAll, alive } = (await kitchen())('store');
  const basket = new Basket('mine');
  equal(basket instanceof Basket, true);
  equal(Basket.name, 'Basket');
  equal(basket.name(), 'mine');
  equal(basket.put('apple'), 1);
  equal(basket.items(), ['apple']);
  equal(count(basket), 1);
  equal(countAll([basket, basket]), 2);
  const other = new Basket('other');
  const merged = Basket.merge(basket, other);
  equal(merged.items(), ['apple']);
  equal(alive(), 2);
  other[dispose]();
  other[dispose]();
  merged[dispose]();
  equal(alive(), 0);
});

test('what was given away or disposed of is refused', async () => {
  const { Basket, consume, count } = (await kitchen())('store');
  const basket = new Basket('gone');
  equal(consume(basket), 'gone');
  await throws(TypeError, 'basket: expected a Basket, found one that was disposed of or given away', () => count(basket));
  await throws(TypeError, 'disposed of or given away', () => basket.name());
  await throws(TypeError, 'basket: expected Basket, found object', () => count({}));
  await throws(TypeError, 'expected Basket', () => count(null));
});

test('nothing is given away by a call that is refused', async () => {
  const { Basket, wrap, alive } = (await kitchen())('store');
  const basket = new Basket('kept');
  await throws(TypeError, 'address: expected string, found number', () => wrap(basket, 7));
  equal(basket.name(), 'kept');
  equal(alive(), 1);
});

test('one object is given once in a call, and is there if it is given twice', async () => {
  for (const options of [{}, { async: true }]) {
    const { exports } = await load('given.wasm', options);
    const { make, both, giveAndLend, lendAndGive, all, gone } = exports;
    const [first, second, third, fourth, fifth] = [await make(1), await make(2), await make(3), await make(4), await make(5)];
    for (const call of [both, giveAndLend, lendAndGive]) {
      await throws(TypeError, 'b: expected another Thing, found that of `a`', () => call(first, first));
    }
    await throws(TypeError, 'things[2]: expected another Thing, found that of `things[0]`', () => all([first, second, first]));
    equal(await gone(), 0);
    await both(first, second);
    equal(await gone(), 2);
    await throws(TypeError, 'a: expected a Thing, found one that was disposed of or given away', () => both(first, third));
    await giveAndLend(third, fourth);
    await lendAndGive(fourth, fifth);
    equal(await gone(), 4);
    fourth[dispose]();
    await all([await make(6), await make(7)]);
    equal(await gone(), 7);
  }
});

test('resources in records, lists and results', async () => {
  const { Basket, make, reverse, wrap, unwrap } = (await kitchen())('store');
  const { ComponentError } = await import('./amphi-web/index.js');
  equal(reverse(make(['a', 'b'])).map((basket) => basket.name()), ['b', 'a']);
  const parcel = wrap(new Basket('c'), 'here');
  equal(parcel.address, 'here');
  equal(parcel.basket instanceof Basket, true);
  equal(unwrap(parcel).name(), 'c');
  await throws(ComponentError, '', () => unwrap(wrap(new Basket('d'))));
});

test('a resource of one instance is none of another', async () => {
  const [one, other] = [(await kitchen())('store'), (await kitchen())('store')];
  await throws(TypeError, 'basket: expected Basket, found object', () => other.count(new one.Basket('x')));
});

test('a class of the host is a resource', async () => {
  const calls = (await kitchen())('calls');
  equal(calls.countUp(5, Uint32Array.of(1, 2)), Uint32Array.of(6, 8));
});

test('objects of the host go in, come back, and are disposed of once', async () => {
  const imports = host();
  const { Counter } = imports['demo:kitchen/host'];
  let disposed = 0;
  Counter.prototype[dispose] = () => (disposed += 1);
  const calls = (await kitchen({ imports }))('calls');
  const counter = new Counter(1);
  equal(calls.bump(counter, 2), 3);
  equal(counter.number, 3);
  equal(calls.passOn(counter, 1) === counter, true);
  equal(counter.number, 4);
  equal(disposed, 0);
  const merged = calls.merge(counter, new Counter(6));
  equal(merged.number, 10);
  equal(calls.keep(merged), 1);
  const before = disposed;
  equal(calls.release(), Uint32Array.of(10));
  equal(disposed, before + 1);
  await throws(TypeError, 'counter: expected Counter, found object', () => calls.bump({}, 1));
});
