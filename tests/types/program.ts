// A program that TypeScript must find nothing wrong with: components as `amphi types` describes them, and the package.

import { ComponentError, compile, instantiate, load } from 'amphi-web';
import * as runtime from 'amphi-web/runtime';
import type { Calc20 } from 'components/calc-2-0.js';
import type { Kitchen } from 'components/kitchen.js';
import type { Basket, Parcel } from 'components/kitchen/exports/demo.kitchen.store@1.0.0.js';
import type { Shape } from 'components/kitchen/exports/demo.kitchen.types@1.0.0.js';
import type { Names } from 'components/names.js';
import type { Bits, Pair } from 'components/names/exports/demo.names.plain@1.0.0.js';
import type { Tool } from 'components/names/exports/demo.names.tools@1.0.0.js';
import type { Sensor } from 'components/sensor.js';
import type { FilterError, Reading } from 'components/sensor/exports/demo.sensor.filter@1.0.0.js';
import type { Kitchen as WaitingKitchen } from 'promised/kitchen.js';
import type { Names as WaitingNames } from 'promised/names.js';

const sensor = await load<Sensor>('sensor.wasm', {
  imports: { 'demo:sensor/log': { recordMessage: (level, message) => console.log(level === 'warn', message.length) } },
  progress: ({ phase, loaded, total }) => console.log(phase, loaded / (total ?? loaded)),
});
const readings: Reading[] = [{ sensor: 'roof', timestamp: 1n, value: 20.5, unit: { tag: 'other', val: 'K' }, tags: [['a', 'b']] }];
try {
  const { summaries, outliers } = sensor.exports['demo:sensor/filter'].run(readings);
  const span: [bigint, bigint] | undefined = summaries[0]?.span;
  console.log(span, outliers.map(({ score }) => score.toFixed(2)));
} catch (error) {
  if (error instanceof ComponentError) {
    const payload: FilterError = error.payload;
    if (payload.tag === 'invalid') console.log(payload.val.problem.tag);
  }
}

const calc = await instantiate<Calc20>(await compile(new Uint8Array()));
const sum: bigint = calc.exports['demo:calc/ops'].add(1n, calc.exports['demo:calc/ops@2.0.0'].add(2n, 3n));

class Counter {
  #number: number;
  constructor(start: number) {
    this.#number = start;
  }
  increment(by: number) {
    return (this.#number += by);
  }
  value() {
    return this.#number;
  }
  static merge(a: Counter, b: Counter) {
    return new Counter(a.#number + b.#number);
  }
}

const host = {
  Counter,
  addOne: (x: number) => x + 1,
  ask(question: string) {
    if (question.endsWith('?')) return 'yes';
    throw Object.assign(new Error('no'), { payload: 'that is no question' });
  },
  fail: (reason: string) => console.error(reason),
};

const kitchen = await load<Kitchen>(fetch('kitchen.wasm'), { imports: { 'demo:kitchen/host': host }, wasi: { args: ['kitchen'], stdout: console.log } });
const store = kitchen.exports['demo:kitchen/store'];
{
  using basket: Basket = new store.Basket('mine');
  const items: string[] = store.Basket.merge(basket, new store.Basket('other')).items();
  const parcel: Parcel = store.wrap(new store.Basket(items.join()));
  console.log(store.unwrap({ ...parcel, address: undefined }).name(), store.countAll([basket]));
}
const echo = kitchen.exports['demo:kitchen/echo'];
const shape: Shape = echo.echoShape({ tag: 'corner', val: { x: 1, y: 2n, label: '', weight: 0.5, visible: true } });
if (shape.tag === 'path') console.log(shape.val.map(([step, length]) => step * length));
const bytes: Uint8Array = echo.echoBytes(Uint8Array.of(1, 2));
const big: BigInt64Array = echo.echoListS64(BigInt64Array.of(1n));
const none: bigint | undefined = echo.echoOption();
const deep = echo.echoOptionOption({ tag: 'some', val: undefined });
const text: string | undefined = deep.tag === 'some' ? deep.val : 'none';
const season: 'spring' | 'summer' | 'autumn' | 'winter' = echo.echoSeason('spring');
const { read = false } = echo.echoAccess({ write: true });
const bumped: number = kitchen.exports['demo:kitchen/calls'].bump(new Counter(1), 2);
kitchen[Symbol.dispose]();

const waiting = await load<WaitingKitchen>('kitchen.wasm', { async: true, imports: { 'demo:kitchen/host': { ...host, addOne: async (x) => x + 1 } } });
const added: number = await waiting.exports['demo:kitchen/calls'].addMany(1, 2);
const made = await new waiting.exports['demo:kitchen/store'].Basket('made');
const put: number = await made.put('apple');

const inWorker = await load<WaitingKitchen>('kitchen.wasm', { worker: true, deadline: 1000, imports: { 'demo:kitchen/host': host } });
const echoed: string = await inWorker.within({ deadline: 10, signal: AbortSignal.timeout(5) }, () => inWorker.exports['demo:kitchen/echo'].echoString('x'));

// Names that JavaScript has for something else, or that would be one in JavaScript.
{
  const names = (await load<Names>('names.wasm')).exports;
  const plain = names['demo:names/plain'];
  const pair: Pair = plain.swap({ a_1: plain.f_1(), a1: plain.f1() });
  const bits: Bits = plain.invert({ b_1: true });
  const { Tool, Symbol: Sign } = names['demo:names/tools'];
  const tool: Tool = new Tool(plain.less(pair.a_1, pair.a1) + plain.then_());
  const numbers: number[] = [tool.constructor(), tool.then_(), tool.go_1(), tool.go1(), Tool.prototype(13), Tool.name(), Tool.length(), Tool.make_1()];
  const sign = new Sign(tool);
  sign[Symbol.dispose]();
  const opened: Tool = Sign.open(new Sign(Tool.of(1)));
  console.log(bits.b_1, bits.b1, numbers, opened.toString());
  const waiting = (await load<WaitingNames>('names.wasm', { async: true })).exports['demo:names/tools'];
  const made: number = await (await new waiting.Tool(1)).then_();
  const called: number = await waiting.Tool.prototype(made);
  console.log(called);
}

// A component of which nothing is known.
await load('any.wasm', { worker: true });
const any = await load('any.wasm', { imports: { 'a:b/c': { f() {} } }, async: true });
console.log(await any.exports['d:e/f'].g(1, 'x'), sum, bytes, big, none, text, season, read, bumped, added, put, echoed);
const { text: wit, imports } = await any.wit;
console.log(wit, imports.flatMap((item) => (item.kind === 'interface' ? item.functions.map(({ name }) => name) : [item.name])));

const precompiled = await runtime.instantiate<Calc20>(await runtime.compile('calc.page', { progress: ({ loaded }) => console.log(loaded) }));
const product: bigint = precompiled.exports['demo:calc/ops'].add(1n, 2n);
const granted = await runtime.load<Sensor>('sensor.page', { imports: { 'demo:sensor/log': { recordMessage() {} } }, wasi: { stdout: console.log, directories: { '/data': await runtime.directory() } } });
await runtime.compile('calc.page', { imports: { 'wasi:cli/exit': { exit() {} } } });
await load<Calc20>('calc.wasm', { keep: false });
await runtime.load('any.page', { worker: true, deadline: 100, imports: { 'a:b/c': { f() {} } } });
const unknown = await runtime.load(fetch('other.page'), { imports: { 'wasi:cli/exit': { exit() {} } }, async: false });
console.log(product, unknown.exports.anything());
