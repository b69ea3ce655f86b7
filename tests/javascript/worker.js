// Components in Workers: the same exports, which can be stopped whatever they do.

import { ComponentError, LinkError, Trap, load } from './amphi-web/index.js';
import { host, queue } from './host.js';
import { equal, test as declare, throws } from './tests.js';

const suspends = typeof WebAssembly.Suspending === 'function';
const dispose = Symbol.dispose ?? Symbol.for('dispose');

/** A component that loops for ever, and counts, from bytes. */
const spinning = async (options = {}) => inWorker(await (await fetch('spin.wasm')).arrayBuffer(), options);

/** The kitchen in a Worker. Its functions are asynchronous only where some of the page's may have to be waited for. */
async function kitchen(options = {}) {
  const component = await inWorker('guests/kitchen.wasm', { imports: host(), async: suspends, ...options });
  return (part) => component.exports[`demo:kitchen/${part}`];
}

/** Components of the test that is running. */
const running = [];

async function inWorker(source, options) {
  const component = await load(source, { worker: true, ...options });
  running.push(component);
  return component;
}

/** A test, at whose end no Worker is left. */
const test = (name, body) =>
  declare(name, async () => {
    try {
      await body();
    } finally {
      for (const component of running.splice(0)) component[dispose]();
    }
  });

/** A test of what needs a component that can be suspended. */
const waiting = (name, body) => test(name, () => (suspends ? body() : undefined));

/** A test that stops an endless loop. WebKitGTK, which cannot suspend either, ends the Worker, and leaves its thread in the loop. */
const stopping = waiting;

test('values go into a Worker and come back', async () => {
  const echo = (await kitchen())('echo');
  equal(await echo.echoU64(2n ** 63n), 2n ** 63n);
  equal(await echo.echoBytes(Uint8Array.of(1, 2)), Uint8Array.of(1, 2));
  equal(await echo.echoOptionOption({ tag: 'some', val: undefined }), { tag: 'some', val: undefined });
  const points = [{ x: 1, y: -2n, label: 'ä', weight: 0.5, visible: true }];
  equal(await echo.echoPoints(points), points);
  const shapes = [{ tag: 'empty' }, { tag: 'path', val: [[1, 0.5]] }, { tag: 'name', val: 'n' }];
  equal(await echo.echoShapes(shapes), shapes);
});

test('calls are made one after another', async () => {
  const { count } = (await spinning()).exports;
  equal(await Promise.all([count(), count(), count()]), [1, 2, 3]);
});

test('errors in a Worker are what they are in the page', async () => {
  const part = await kitchen();
  const error = await throws(ComponentError, 'bad', () => part('echo').echoResult({ tag: 'err', val: 'bad' }));
  equal(error.payload, 'bad');
  await throws(TypeError, 'x.label: expected string, found number', () => part('echo').echoPoint({ x: 1, y: 2n, label: 3, weight: 0, visible: true }));
  const trap = await throws(Trap, '', () => part('traps').runUnreachable());
  equal(trap.kind, 'UnreachableCodeReached');
  await throws(Trap, 'cannot be entered', () => part('echo').echoU8(1));
});

stopping('an endless loop is stopped by its deadline, and the next call succeeds', async () => {
  const component = await spinning({ deadline: 300 });
  const { spin, count } = component.exports;
  equal(await count(), 1);
  equal(await count(), 2);
  const [spun, counted] = [spin(), count()];
  const error = await throws(DOMException, 'longer than its deadline of 300 ms', () => spun);
  equal(error.name, 'TimeoutError');
  equal(await counted, 1, 'in a fresh instance');
  equal(await count(), 2);
});

stopping('an endless loop is stopped by a signal, and the next call succeeds', async () => {
  const component = await spinning();
  const { spin, count } = component.exports;
  const controller = new AbortController();
  const reason = new Error('enough');
  const spun = component.within({ signal: controller.signal }, () => spin());
  setTimeout(() => controller.abort(reason), 100);
  equal((await throws(Error, 'enough', () => spun)) === reason, true);
  equal(await count(), 1);
  await throws(Error, 'enough', () => component.within({ signal: controller.signal }, () => count()));
  equal(await component.within({ deadline: 5000 }, () => count()), 2);
});

stopping('the signal of `load` stops everything that is under way', async () => {
  const controller = new AbortController();
  const { exports } = await spinning({ signal: controller.signal });
  const calls = [exports.spin(), exports.count()];
  setTimeout(() => controller.abort(new Error('all of it')), 100);
  for (const call of calls) await throws(Error, 'all of it', () => call);
  equal(await exports.count(), 1);
});

test('loading in a Worker can be given up', async () => {
  await throws(Error, 'no', () => kitchen({ signal: AbortSignal.abort(new Error('no')) }));
  const controller = new AbortController();
  const loading = kitchen({ signal: controller.signal });
  controller.abort(new Error('no'));
  await throws(Error, 'no', () => loading);
});

test('what cannot be loaded in a Worker is refused as in the page', async () => {
  const error = await throws(LinkError, 'demo:kitchen/host', () => kitchen({ imports: {} }));
  equal(error.missing, ['demo:kitchen/host@1.0.0']);
  await throws(Error, '', () => load(new Uint8Array(8), { worker: true }));
  await throws(TypeError, 'directories[/data]: expected what `directory` makes', () => kitchen({ wasi: { directories: { '/data': {} } } }));
});

test('limits are refused where nothing can be stopped', async () => {
  const options = { imports: host() };
  await throws(TypeError, 'needs the option `worker`', () => load('guests/kitchen.wasm', { ...options, deadline: 1 }));
  const component = await load('guests/kitchen.wasm', options);
  await throws(TypeError, 'option `worker`', () => component.within({ deadline: 1 }, () => {}));
});

test('resources of a component in a Worker are classes', async () => {
  const { Basket, count, wrap, unwrap, alive, consume } = (await kitchen())('store');
  const basket = await new Basket('mine');
  equal(basket instanceof Basket, true);
  equal(await basket.name(), 'mine');
  equal(await basket.put('apple'), 1);
  equal(await count(basket), 1);
  const other = await new Basket('other');
  const merged = await Basket.merge(basket, other);
  equal(await merged.items(), ['apple']);
  const parcel = await wrap(merged, 'here');
  equal(parcel.basket instanceof Basket, true);
  equal(await consume(await unwrap(parcel)), 'mine');
  equal(await alive(), 1);
  other[dispose]();
  equal(await alive(), 0);
  await throws(TypeError, 'disposed of', () => count(other));
});

test('a resource is gone with its Worker', async () => {
  const component = await inWorker('guests/kitchen.wasm', { imports: host(), async: suspends });
  const { Basket, alive } = component.exports['demo:kitchen/store'];
  const { recurse } = component.exports['demo:kitchen/traps'];
  const basket = await new Basket('lost');
  await throws(DOMException, 'deadline', () => component.within({ deadline: 0 }, () => component.exports['demo:kitchen/echo'].fill(1 << 26)));
  equal(typeof recurse, 'function');
  await throws(TypeError, 'the Basket is gone with the Worker', () => basket.name());
  equal(await alive(), 0);
});

waiting('functions of the page are called from a Worker', async () => {
  const seen = [];
  const addOne = (x) => {
    seen.push(x);
    return x + 1;
  };
  const calls = (await kitchen({ imports: host({ addOne }) }))('calls');
  equal(await calls.addMany(1, 3), 4);
  equal(seen, [1, 2, 3]);
  equal(await calls.askAll(['really?', 'so?']), ['yes, really?', 'yes, so?']);
  const error = await throws(ComponentError, '', () => calls.askAll(['well']));
  equal(error.payload, 'that is no question');
});

waiting('an error of the page comes back as it is', async () => {
  const thrown = new RangeError('mine');
  const fail = () => {
    throw thrown;
  };
  const calls = (await kitchen({ imports: host({ fail }) }))('calls');
  equal((await throws(RangeError, 'mine', () => calls.fail('x'))) === thrown, true);
});

waiting('resources of the page go into a Worker, come back, and are disposed of', async () => {
  const imports = host();
  const { Counter } = imports['demo:kitchen/host'];
  const disposed = [];
  Counter.prototype[dispose] = function () {
    disposed.push(this.number);
  };
  const calls = (await kitchen({ imports }))('calls');
  equal(await calls.countUp(5, Uint32Array.of(1, 2)), Uint32Array.of(6, 8));
  const counter = new Counter(1);
  equal(await calls.bump(counter, 2), 3);
  equal((await calls.passOn(counter, 1)) === counter, true);
  equal(counter.number, 4);
  const merged = await calls.merge(counter, new Counter(6));
  equal(merged.number, 10);
  equal(await calls.keep(merged), 1);
  equal(await calls.release(), Uint32Array.of(10));
  equal(disposed.includes(10), true);
});

waiting('objects that have a method `then` go into a Worker and are no promises', async () => {
  const { Job, imports } = queue();
  const { exports } = await inWorker('jobs.wasm', { imports });
  equal(await exports.run(), 7);
  equal(await exports.plain(), 25);
  await throws(TypeError, '`pass` gives an object that has a method `then`', () => exports.pass(new Job()));
  equal(await exports.run(), 7);
});

test('methods and static functions in a Worker may have any name', async () => {
  const { exports } = await inWorker('tools.wasm', {});
  const { Tool } = exports;
  const tool = await new Tool(100);
  equal([await tool.constructor(), await tool.then_(), await tool.toString(), await tool.dispose()], [101, 102, 103, 104]);
  equal([await Tool.name(), await Tool.length(), await Tool.prototype(13), await exports.then_()], [11, 12, 13, 18]);
  equal(await (await Tool.of(200)).toString(), 203);
});

test('one object is given once in a call of a Worker, too', async () => {
  const { make, both, gone } = (await inWorker('given.wasm', {})).exports;
  const thing = await make(1);
  await throws(TypeError, 'b: expected another Thing, found that of `a`', () => both(thing, thing));
  await both(thing, await make(2));
  equal(await gone(), 2);
});

test('what a component in a Worker prints arrives before its call ends', async () => {
  let out = '';
  const part = await kitchen({ wasi: { stdout: (text) => (out += text) } });
  await part('calls').print('grüße');
  equal(out, 'grüße\n');
});

stopping('a component in a Worker is ended', async () => {
  const component = await spinning();
  const { spin, count } = component.exports;
  const calls = [spin(), count()];
  component[dispose]();
  for (const call of calls) await throws(Trap, 'disposed of', () => call);
  await throws(Trap, 'disposed of', () => count());
});
