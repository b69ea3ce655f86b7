// Functions of the host that are waited for. Where the browser cannot suspend a component, such a call says so.

import { ComponentError, Trap, load } from './amphi-web/index.js';
import { host, kitchen } from './kitchen.js';
import { equal, test, throws } from './tests.js';

const suspends = typeof WebAssembly.Suspending === 'function';

/** What `body` does where the browser can suspend; elsewhere it has to be refused. */
const waiting = (name, body) => test(name, () => (suspends ? body() : refused(body)));

/** Throws unless `body` is refused, or expects another error and finds that. */
async function refused(body) {
  await throws(Trap, 'JavaScript Promise Integration', async () => {
    try {
      await body();
    } catch (error) {
      throw error.cause instanceof Trap ? error.cause : error;
    }
  });
}

const dispose = Symbol.dispose ?? Symbol.for('dispose');

const later = (value) => new Promise((resolve) => setTimeout(() => resolve(value), 1));

waiting('an import that is async is waited for', async () => {
  const addOne = async (x) => later(x + 1);
  const part = await kitchen({ imports: host({ addOne }) });
  const answer = part('calls').addMany(1, 3);
  equal(answer instanceof Promise, true);
  equal(await answer, 4);
  equal(await part('echo').echoString('after'), 'after');
});

waiting('text and results are waited for', async () => {
  const ask = (question) => later(`well, ${question}`);
  const part = await kitchen({ imports: host({ ask }), async: true });
  equal(await part('calls').askAll(['a?', 'b?']), ['well, a?', 'well, b?']);
});

waiting('a promise that is rejected is the error case', async () => {
  const ask = async () => {
    await later();
    throw 'no';
  };
  const part = await kitchen({ imports: host({ ask }) });
  equal((await throws(ComponentError, 'no', () => part('calls').askAll(['a?']))).payload, 'no');
  equal(await part('echo').echoU8(1), 1);
});

waiting('a promise that is rejected with an error ends the component', async () => {
  const reason = new RangeError('out of order');
  const fail = async () => {
    await later();
    throw reason;
  };
  const part = await kitchen({ imports: host({ fail }) });
  equal((await throws(RangeError, 'out of order', () => part('calls').fail('x'))) === reason, true);
  await throws(Trap, 'cannot be entered', () => part('echo').echoU8(1));
});

waiting('methods of host objects are waited for', async () => {
  const imports = host();
  const { Counter } = imports['demo:kitchen/host'];
  Counter.prototype.increment = async function (by) {
    await later();
    return (this.number += by);
  };
  const calls = (await kitchen({ imports }))('calls');
  const counter = new Counter(1);
  equal(await calls.bump(counter, 4), 5);
  equal(await calls.countUp(1, Uint32Array.of(1, 1)), Uint32Array.of(2, 3));
});

waiting('several components wait at once', async () => {
  const addOne = async (x) => later(x + 1);
  const parts = await Promise.all(Array.from({ length: 8 }, () => kitchen({ imports: host({ addOne }) })));
  equal(await Promise.all(parts.map((part, index) => part('calls').addMany(index, 5))), [5, 6, 7, 8, 9, 10, 11, 12]);
});

waiting('one call of a component at a time', async () => {
  const addOne = async (x) => later(x + 1);
  const part = await kitchen({ imports: host({ addOne }) });
  const first = part('calls').addMany(1, 2);
  await throws(TypeError, 'await it first', () => part('echo').echoU8(1));
  equal(await first, 3);
  equal(await part('echo').echoU8(1), 1);
});

test('what does not wait is called as well', async () => {
  const part = await kitchen({ async: true });
  equal(await part('calls').addMany(1, 3), 4);
  equal(await part('calls').askAll(['a?']), ['yes, a?']);
  const { Basket, count } = part('store');
  const basket = await new Basket('b');
  equal(basket instanceof Basket, true);
  equal(await basket.name(), 'b');
  equal(await count(basket), 0);
});

/** Resources whose destructor calls `wait`. */
const rooms = async (wait, options) => (await load('rooms.wasm', { imports: { wait }, ...options })).exports;

waiting('a destructor is waited for by the next call', async () => {
  const { make, pass, waited } = await rooms(async (turns) => later(turns));
  const [first, second, third] = [await make(1), await make(2), await make(4)];
  first[dispose]();
  second[dispose]();
  const sum = waited();
  await throws(TypeError, 'await it first', () => waited());
  equal(await sum, 3);
  const passing = pass(8);
  third[dispose]();
  await passing;
  equal(await waited(), 15);
});

waiting('a destructor that fails is told by the next call', async () => {
  const reason = new RangeError('out of order');
  const { make, waited } = await rooms(async () => {
    await later();
    throw reason;
  });
  (await make(1))[dispose]();
  const { cause } = await throws(Trap, 'a destructor has trapped', () => waited());
  if (cause !== reason) throw cause;
});

test('a destructor that does not wait is called as well', async () => {
  const { make, waited } = await rooms((turns) => turns, { async: true });
  (await make(1))[dispose]();
  equal(await waited(), 1);
});

test('a destructor that would have to wait where nothing can is named', async () => {
  const { make, waited } = await rooms((turns) => Promise.resolve(turns));
  const room = make(1);
  await throws(TypeError, '`wait` returned a promise: declare it `async`', () => room[dispose]());
  await throws(Trap, 'a destructor has trapped', () => waited());
});

test('a promise where none is expected is named', async () => {
  const part = await kitchen({ imports: host({ addOne: (x) => Promise.resolve(x) }) });
  await throws(TypeError, 'returned a promise: declare it `async`', () => part('calls').addMany(1, 1));
});
