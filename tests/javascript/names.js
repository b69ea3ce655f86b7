// Names that JavaScript has for something else, or that would be one in JavaScript.

import { LinkError, load } from './amphi-web/index.js';
import { queue } from './host.js';
import { equal, test, throws } from './tests.js';

const suspends = typeof WebAssembly.Suspending === 'function';
const dispose = Symbol.dispose ?? Symbol.for('dispose');

/** What the component wants: what is called by a name with `_` gives 1, what is called by the other 2. */
function pens() {
  class Pen_2 {
    go_1() {
      return 1;
    }
    go1() {
      return 2;
    }
  }
  class Pen2 {
    static make_1() {
      return 1;
    }
    static make1() {
      return 2;
    }
  }
  return { 'demo:names/host': { Pen_2, Pen2, take: () => new Pen_2(), f_1: () => 1, f1: () => 2 }, x_1: () => 1, x1: () => 2 };
}

test('names that would be one are told apart', async () => {
  const { exports } = await load('names.wasm', { imports: pens() });
  equal([exports.g_1(), exports.g1()], [1, 2]);
  for (const name of ['functions', 'plain', 'methods', 'statics']) equal(exports[name](), 12, name);
  equal(exports.swap({ a_1: 1, a1: 2 }), { a_1: 2, a1: 1 });
  equal(exports.not({ b_1: true }), { b_1: false, b1: true });
  equal(exports.less(5, 3), 2);
  await throws(TypeError, 'c_1: expected number, found string', () => exports.less('5', 3));
  await throws(TypeError, 'pair.a1: expected number, found undefined', () => exports.swap({ a_1: 1 }));
});

test('what would be one has to be given twice', async () => {
  const { 'demo:names/host': host, ...plain } = pens();
  const { f_1: _, ...others } = host;
  const error = await throws(LinkError, '', () => load('names.wasm', { imports: { 'demo:names/host': others, x1: plain.x1 } }));
  equal(error.missing, ['demo:names/host#f-1', 'x-1']);
});

test('what every object has is neither a field nor a flag', async () => {
  const { exports } = await load('names.wasm', { imports: pens() });
  equal(exports.which({ toString: 4 }), 4);
  equal(exports.which({ constructor: 3, toString: 4 }), 34);
  await throws(TypeError, 'common.toString: expected number, found undefined', () => exports.which({}));
  equal(exports.same({}), { toString: false, valueOf: false, plain: false });
  equal(exports.same({ valueOf: true }), { toString: false, valueOf: true, plain: false });
});

test('names of a component that a compiler has made are told apart as well', async () => {
  for (const options of [{}, { async: true }]) {
    const { exports } = await load('guests/names.wasm', options);
    const { f_1, f1, swap, invert, less, then_ } = exports['demo:names/plain'];
    equal([await f_1(), await f1(), await less(5, 3), await then_()], [1, 2, 2, 18]);
    equal(await swap({ a_1: 1, a1: 2 }), { a_1: 2, a1: 1 });
    equal(await invert({ b_1: true }), { b_1: false, b1: true });
    const { Tool, Symbol: Sign } = exports['demo:names/tools'];
    const tool = await new Tool(100);
    equal([await tool.constructor(), await tool.then_(), await tool.toString(), await tool.dispose()], [101, 102, 103, 104]);
    equal([await tool.go_1(), await tool.go1(), await Tool.make_1(), await Tool.make1()], [1, 2, 1, 2]);
    equal([await Tool.name(), await Tool.length(), await Tool.prototype(13)], [11, 12, 13]);
    const sign = await new Sign(await Tool.of(200));
    equal(await (await Sign.open(sign)).then_(), 202);
  }
});

for (const [way, options] of [
  ['at once', {}],
  ['by promises', { async: true }],
]) {
  test(`methods and static functions may have any name, ${way}`, async () => {
    const { exports } = await load('tools.wasm', options);
    const { Tool } = exports;
    const tool = await new Tool(100);
    equal(tool instanceof Tool, true);
    equal(await tool.constructor(), 101);
    equal(await tool.then_(), 102);
    equal(await tool.toString(), 103);
    equal(await tool.dispose(), 104);
    equal(await Tool.name(), 11);
    equal(await Tool.length(), 12);
    equal(await Tool.prototype(13), 13);
    equal(await Tool.caller(), 14);
    equal(await Tool.arguments(), 15);
    equal(await Tool.call(), 16);
    equal(await exports.then_(), 18);
    equal(await (await Tool.of(200)).toString(), 203);
    equal(Object.getPrototypeOf(tool) === Tool.prototype, true);
    await throws(TypeError, 'number: expected number, found string', () => Tool.prototype('13'));
    tool[dispose]();
    await throws(TypeError, 'disposed of', () => tool.toString());
  });
}

test('what a component gives is no promise, whatever its methods are called', async () => {
  const { exports } = await load('tools.wasm');
  const tool = await exports.Tool.of(1);
  equal((await tool) === tool && (await exports) === exports && (await exports.Tool) === exports.Tool, true);
  equal(tool.toString(), 4);
});

test('a class is called by `new`', async () => {
  const { Tool } = (await load('tools.wasm')).exports;
  await throws(TypeError, 'expected `new Tool`', () => Tool(1));
  const Better = class extends Tool {};
  equal(new Better(1) instanceof Tool, true);
});

test('an object of the host is no promise, whatever its methods are called', async () => {
  const { Job, imports } = queue();
  const { exports } = await load('jobs.wasm', { imports });
  equal(exports.run(), 7);
  equal(exports.plain(), 25);
  const job = new Job();
  equal(exports.pass(job) === job, true);
  equal(exports.run(), 7);
});

test('an object with a method `then` is refused where only a promise could give it', async () => {
  if (!suspends) return;
  const { Job, imports } = queue();
  const { exports } = await load('jobs.wasm', { imports, async: true });
  equal(await exports.run(), 7);
  await throws(TypeError, '`pass` gives an object that has a method `then`', () => exports.pass(new Job()));
  equal(await exports.run(), 7);
});

test('what every class has is no method and no static function', async () => {
  class Job {
    then() {
      return 7;
    }
  }
  const given = { Job, next: () => new Job(), then: () => 5 };
  const error = await throws(LinkError, '', () => load('jobs.wasm', { imports: { 'demo:jobs/queue': given } }));
  equal(error.missing, ['demo:jobs/queue#[static]job.prototype']);
});
