// What components import: functions, WASI.

import { compile, instantiate, load } from './amphi-web/index.js';
import { host, kitchen } from './kitchen.js';
import { equal, test, throws } from './tests.js';

test('functions of the host are called', async () => {
  const { ComponentError } = await import('./amphi-web/index.js');
  const calls = (await kitchen())('calls');
  equal(calls.addMany(1, 5), 6);
  equal(calls.askAll(['really?', 'so?']), ['yes, really?', 'yes, so?']);
  equal((await throws(ComponentError, 'no question', () => calls.askAll(['really?', 'well']))).payload, 'that is no question');
});

test('an error with a payload is the error case', async () => {
  const ask = () => {
    throw Object.assign(new Error('x'), { payload: 'by payload' });
  };
  const calls = (await kitchen({ imports: host({ ask }) }))('calls');
  equal(await Promise.resolve().then(() => calls.askAll(['?'])).catch((error) => error.payload), 'by payload');
});

test('a host may call back into the component', async () => {
  let echo;
  const part = await kitchen({ imports: host({ addOne: (x) => echo.echoU32(x) + echo.echoString('1').length }) });
  echo = part('echo');
  equal(part('calls').addMany(1, 3), 4);
});

test('an import may be named with its version, and its interface without', async () => {
  const { 'demo:kitchen/host': functions } = host();
  const component = await load('guests/kitchen.wasm', { imports: { 'demo:kitchen/host@1.0.0': functions } });
  equal(component.exports['demo:kitchen/calls@1.0.0'].addMany(1, 1), 2);
  equal(component.exports['demo:kitchen/calls'] === component.exports['demo:kitchen/calls@1.0.0'], true);
});

test('standard output goes to its handler, and nowhere by default', async () => {
  let [out, err] = ['', ''];
  const wasi = { stdout: (text) => (out += text), stderr: (text) => (err += text) };
  const part = await kitchen({ wasi });
  part('calls').print('grüße');
  equal(out, 'grüße\n');
  equal(err.includes('grüße'), true);
  (await kitchen())('calls').print('unheard');
});

test('a handler of standard output may call the component', async () => {
  let echo;
  let seen = '';
  const part = await kitchen({ wasi: { stdout: (text) => (seen += echo.echoString(text)) } });
  echo = part('echo');
  part('calls').print('round');
  equal(seen, 'round\n');
});

test('a command runs with its arguments', async () => {
  let out = '';
  const wasi = { args: ['hello', 'page'], env: { NAME: 'value' }, stdin: 'in', stdout: (text) => (out += text) };
  const component = await instantiate(await compile('guests/hello.wasm'), { wasi });
  const run = component.exports['wasi:cli/run']?.run;
  equal(typeof run, 'function');
  run();
  equal(out.length > 0, true);
});

const wanting = (imports) => load('wanting.wasm', { imports });
const one = { f: () => 1 };
const two = { f: () => 2 };
const plainName = (x) => -x;

test('functions of the world are named as they are, in camelCase, or by default', async () => {
  const rest = { 'a:b/c@1.0.0': one, 'a:b/c@2.0.0': two };
  for (const plain of [{ 'plain-name': plainName }, { plainName }, { 'plain-name': { default: plainName } }]) {
    const { exports } = await wanting({ ...rest, ...plain });
    equal(exports.callPlain(7n), -7n);
    equal(exports.both(), 12);
  }
});

test('another version serves where it is compatible, the latest first', async () => {
  const rest = { plainName, 'a:b/c@2.0.0': two };
  const both = async (imports) => (await wanting({ ...rest, ...imports })).exports.both();
  equal(await both({ 'a:b/c@1.4.0': one }), 12);
  equal(await both({ 'a:b/c@1.9.0': two, 'a:b/c@1.10.0': one, 'a:b/c@1.0.1': two }), 12);
  equal(await both({ 'a:b/c@1.0.0': one, 'a:b/c@1.10.0': two }), 12);
  for (const other of ['a:b/c@0.1.0', 'a:b/c@1.1.0-rc.1', 'a:b/c@3.0.0', 'a:b/c@1.1']) {
    await throws(Error, 'a:b/c@1.0.0', () => wanting({ ...rest, [other]: one }));
  }
  const { LinkError } = await import('./amphi-web/index.js');
  equal((await throws(LinkError, '', () => wanting({ ...rest, 'a:b/c@1.1.0': {} }))).missing, ['a:b/c@1.0.0#f']);
});

test('what is latest goes by numbers, and build metadata has no order', async () => {
  const rest = { plainName, 'a:b/c@2.0.0': two };
  const both = async (imports) => (await wanting({ ...rest, ...imports })).exports.both();
  equal(await both({ 'a:b/c@1.1.0+b': one, 'a:b/c@1.1.0+a': two }), 12);
  equal(await both({ 'a:b/c@1.1.0+a': one, 'a:b/c@1.1.0+b': two }), 12);
  equal(await both({ 'a:b/c@1.99999999999999999.0': one, 'a:b/c@1.99999999999999998.0': two }), 12);
  for (const other of ['a:b/c@1.0', 'a:b/c@01.0.0', 'a:b/c@1.1.0-rc.1+b', 'a:b/c@1']) {
    await throws(Error, 'a:b/c@1.0.0', () => wanting({ ...rest, [other]: one }));
  }
});

test('types are no imports', async () => {
  class Pen {
    constructor(colour) {
      this.number = colour;
    }
    colour() {
      return this.number;
    }
  }
  for (const options of [{}, { async: true }]) {
    const imports = { 'demo:pens/types': { Pen }, 'demo:pens/box': { take: () => new Pen(7) } };
    equal(await (await load('using.wasm', { imports, ...options })).exports.look(), 7);
    const { LinkError } = await import('./amphi-web/index.js');
    const error = await throws(LinkError, '', () => load('using.wasm', options));
    equal(error.missing, ['demo:pens/types', 'demo:pens/box']);
  }
});

test('a version may be left out on either side', async () => {
  const both = async (imports) => (await load('drafts.wasm', { imports })).exports.both();
  equal(await both({ 'demo:log/log': one, 'wasi:logging/logging': two }), 12);
  equal(await both({ 'demo:log/log@1.0.0': one, 'wasi:logging/logging@0.1.0-draft': two }), 12);
  equal(await both({ 'demo:log/log': one, 'demo:log/log@1.0.0': two, 'wasi:logging/logging': two }), 12);
  await throws(TypeError, 'imports `demo:log/log` without a version, and given are `demo:log/log@1.0.0`, `demo:log/log@2.0.0`', () =>
    both({ 'demo:log/log@1.0.0': one, 'demo:log/log@2.0.0': two, 'wasi:logging/logging': two }),
  );
  const { LinkError } = await import('./amphi-web/index.js');
  // The engine has WASI, and not its proposals.
  equal((await throws(LinkError, '', () => both({}))).missing, ['demo:log/log', 'wasi:logging/logging']);
});

test('WASI may be given by another version', async () => {
  let out = '';
  const wasi = { args: ['hello'], stdout: (text) => (out += text) };
  const environment = { getEnvironment: () => [['GREETING', 'Ahoy']], getArguments: () => ['hello', 'page'], initialCwd: () => undefined };
  const component = await load('guests/hello.wasm', { wasi, imports: { 'wasi:cli/environment@0.2.0': environment } });
  component.exports['wasi:cli/run'].run();
  equal(out, 'Ahoy, page!\n');
});

test('a version may be left out only where there is one', async () => {
  await throws(TypeError, 'given without a version', () => wanting({ plainName, 'a:b/c': one }));
  const { LinkError } = await import('./amphi-web/index.js');
  const error = await throws(LinkError, '', () => wanting({ 'a:b/c@1.0.0': one }));
  equal(error.missing, ['plain-name', 'a:b/c@2.0.0']);
});

test('a result that does not fit is the caller’s error, for 64 bits too', async () => {
  const { exports } = await wanting({ plainName: () => 2n ** 63n, 'a:b/c@1.0.0': one, 'a:b/c@2.0.0': two });
  await throws(TypeError, '`plain-name`: result: expected an integer from -2^63', () => exports.callPlain(1n));
});
