// Every type of the kitchen there and back.

import { kitchen } from './kitchen.js';
import { VALUES } from './samples.js';
import { equal, test, throws } from './tests.js';

test('values come back as they went', async () => {
  const echo = (await kitchen())('echo');
  for (const [name, values] of Object.entries(VALUES)) {
    for (const value of values) equal(echo[name](value), value, name);
  }
  equal(echo.nothing(), undefined);
});

test('every function that echoes is tried', async () => {
  const echo = (await kitchen())('echo');
  const results = ['echoResult', 'echoResultOk', 'echoResultErr', 'echoResultNone'];
  const missing = Object.keys(echo).filter((name) => name.startsWith('echo') && !(name in VALUES) && !results.includes(name));
  equal(missing, []);
});

test('lists of numbers may be arrays, options null, and bytes a buffer', async () => {
  const echo = (await kitchen())('echo');
  equal(echo.echoListU32([1, 2]), Uint32Array.of(1, 2));
  equal(echo.echoListS64([1n]), BigInt64Array.of(1n));
  equal(echo.echoBytes(Uint8Array.of(1, 2).buffer), Uint8Array.of(1, 2));
  equal(echo.echoOption(null), undefined);
  equal(echo.echoString('\ud800'), '\ufffd');
  equal(echo.echoString('\ufeffmark'), '\ufeffmark');
});

test('sixteen values are passed one by one, eighteen through memory', async () => {
  const echo = (await kitchen())('echo');
  const values = [1, -2, 3, -4, 5, -6, 7n, -8n, 0.5, 0.25, true, 'c', 'text', 9];
  equal(echo.joinSixteen(...values).split(',').length, 14);
  equal(echo.joinEighteen(...values, Uint8Array.of(1)).split(',').length, 15);
});

test('memory that grows under a call is seen', async () => {
  const echo = (await kitchen())('echo');
  const bytes = new Uint8Array(3 << 20).map((_, index) => index);
  equal(echo.checksum(bytes), bytes.reduce((sum, byte) => (sum + byte) >>> 0, 0));
  equal(echo.fill(5 << 20).length, 5 << 20);
  equal(echo.repeat('größer', 100_000).length, 600_000);
});

test('a result returns or throws', async () => {
  const { ComponentError } = await import('./amphi-web/index.js');
  const echo = (await kitchen())('echo');
  equal(echo.echoResult({ tag: 'ok', val: 7 }), 7);
  equal((await throws(ComponentError, 'why', () => echo.echoResult({ tag: 'err', val: 'why' }))).payload, 'why');
  equal(echo.echoResultOk({ tag: 'ok', val: 'o' }), 'o');
  equal((await throws(ComponentError, '', () => echo.echoResultOk({ tag: 'err' }))).payload, undefined);
  equal((await throws(ComponentError, '', () => echo.echoResultErr({ tag: 'err', val: 0.5 }))).payload, 0.5);
  equal(echo.echoResultNone({ tag: 'ok' }), undefined);
  equal(echo.echoResult({ tag: 'ok', val: 8 }), 8);
});
