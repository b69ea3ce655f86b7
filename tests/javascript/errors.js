// What goes wrong: values, traps, imports.

import { LinkError, Trap, load } from './amphi-web/index.js';
import { host, kitchen } from './kitchen.js';
import { equal, test, throws } from './tests.js';

const point = { x: 1, y: 1n, label: '', weight: 0, visible: true };

test('a wrong value is named by its path', async () => {
  const echo = (await kitchen())('echo');
  for (const [name, value, text] of [
    ['echoU8', '1', 'x: expected number, found string'],
    ['echoU8', 256, 'x: expected an integer from 0 to 255, found 256'],
    ['echoU32', 1.5, 'x: expected an integer from 0 to 4294967295, found 1.5'],
    ['echoU64', 1, 'x: expected bigint, found number'],
    ['echoS64', 2n ** 63n, 'x: expected an integer from -2^63 to 2^63 - 1, found 9223372036854775808n'],
    ['echoBool', 1, 'x: expected boolean, found number'],
    ['echoChar', 'ab', 'x: expected a string of one character, found string of length 2'],
    ['echoString', undefined, 'x: expected string, found undefined'],
    ['echoBytes', 'no', 'x: expected Uint8Array, found string'],
    ['echoListU32', [1, -1], 'x[1]: expected an integer from 0 to 4294967295, found -1'],
    ['echoPoints', [point, { ...point, y: 2 }], 'x[1].y: expected bigint, found number'],
    ['echoShapes', [{ tag: 'corner', val: { ...point, label: 3 } }], 'x[0].val.label: expected string, found number'],
    ['echoShape', { tag: 'round' }, 'x.tag: expected one of `empty`, `radius`'],
    ['echoSeason', 'monsoon', 'x: expected one of `spring`, `summer`, `autumn`, `winter`, found `monsoon`'],
    ['echoAccess', 'read', 'x: expected object, found string'],
    ['echoPair', [1], 'x: expected an array of 2, found one of 1'],
    ['echoPair', [1, 2], 'x[1]: expected string, found number'],
    ['echoOption', 1, 'x: expected bigint, found number'],
    ['echoPoint', null, 'x: expected object, found null'],
  ]) {
    await throws(TypeError, text, () => echo[name](value));
  }
  equal(echo.echoU8(1), 1, 'the component goes on');
});

test('a misspelt field is named', async () => {
  const part = await kitchen();
  const echo = part('echo');
  const { label, ...rest } = point;
  const fields = '`x`, `y`, `label`, `weight`, `visible`';
  await throws(TypeError, `x: expected the fields ${fields}, found \`labl\``, () => echo.echoPoint({ ...rest, labl: label }));
  await throws(TypeError, `x[1]: expected the fields ${fields}, found \`Label\``, () => echo.echoPoints([point, { ...rest, Label: label }]));
  await throws(TypeError, 'x.label: expected string, found undefined', () => echo.echoPoint(rest));
  await throws(TypeError, 'x: expected the fields `tag`, `val`, found `value`', () => echo.echoShape({ tag: 'radius', value: 1 }));
  await throws(TypeError, 'found `raed`', () => echo.echoAccess({ raed: true }));
  const { Basket, wrap, unwrap, alive } = part('store');
  const basket = new Basket('kept');
  await throws(TypeError, 'parcel: expected the fields `basket`, `address`, found `adress`', () => unwrap({ basket, adress: 'x' }));
  equal(alive(), 1);
  equal(unwrap(wrap(basket, 'here')).name(), 'kept');
  // What more there is where nothing is missing, is nobody's.
  equal(echo.echoPoint({ ...point, more: 1 }), point);
});

test('a trap has its kind, and ends the component', async () => {
  for (const [name, args, kind] of [
    ['runUnreachable', [], 'UnreachableCodeReached'],
    ['readOutOfBounds', [], 'MemoryOutOfBounds'],
    ['recurse', [4294967295], 'StackOverflow'],
  ]) {
    const part = await kitchen();
    const trap = await throws(Trap, '', () => part('traps')[name](...args));
    equal(trap.kind, kind);
    equal(trap instanceof WebAssembly.RuntimeError, true);
    await throws(Trap, 'cannot be entered', () => part('echo').echoU8(1));
  }
});

test('a value that is none is a trap, and ends the component', async () => {
  const imports = { takeChar() {} };
  for (const options of [{ imports }, { imports, async: true }]) {
    for (const [name, text] of [
      ['aChar', 'a `char` that is none'],
      ['chars', 'a `char` that is none'],
      ['aColour', 'case 7 of an enum that has 2'],
      ['aShape', 'case 9 of a variant that has 2'],
      ['aThing', 'unknown handle index 7'],
      ['text', 'out of bounds'],
      ['give', 'a `char` that is none'],
    ]) {
      const { exports } = await load('invalid.wasm', options);
      equal(await exports.answer(), 42);
      await throws(Trap, text, () => exports[name]());
      await throws(Trap, 'cannot be entered', () => exports.answer());
    }
  }
});

test('what an import throws is what the caller catches, and ends the component', async () => {
  const reason = new RangeError('the host does not want to');
  const fail = () => {
    throw reason;
  };
  const part = await kitchen({ imports: host({ fail }) });
  const caught = await throws(RangeError, 'does not want', () => part('calls').fail('x'));
  equal(caught === reason, true);
  await throws(Trap, 'cannot be entered', () => part('echo').echoU8(1));
});

test('a wrong result of an import is named', async () => {
  const part = await kitchen({ imports: host({ addOne: () => 'one' }) });
  await throws(TypeError, '`demo:kitchen/host@1.0.0#add-one`: result: expected number, found string', () => part('calls').addMany(1, 1));
});

test('missing imports are all named', async () => {
  const { addOne } = host()['demo:kitchen/host'];
  const error = await throws(LinkError, '', () => load('guests/kitchen.wasm', { imports: { 'demo:kitchen/host': { addOne } } }));
  const missing = error.missing.map((name) => name.replace('demo:kitchen/host@1.0.0#', '')).sort();
  equal(missing, ['[constructor]counter', '[method]counter.increment', '[method]counter.value', '[static]counter.merge', 'ask', 'fail']);
  equal((await throws(LinkError, 'demo:kitchen/host', () => load('guests/kitchen.wasm'))).missing, ['demo:kitchen/host@1.0.0']);
});

test('names that every object has are no imports', async () => {
  await throws(LinkError, 'demo:kitchen/host', () => load('guests/kitchen.wasm', { imports: { toString: {} } }));
});

test('what is no component is refused', async () => {
  await throws(Error, '', () => load(Uint8Array.of(1, 2, 3)));
  await throws(Error, 'status 404', () => load('guests/nothing.wasm'));
  await throws(TypeError, 'found number', () => load(7));
});
