// A guest that sends requests by `wasi:http`.

import { compile, instantiate } from './amphi-web/index.js';
import { equal, test } from './tests.js';

const suspends = typeof WebAssembly.Suspending === 'function';

test('requests are sent if that is granted, and refused otherwise', async () => {
  const courier = async (wasi) => {
    let [out, err] = ['', ''];
    const outputs = { stdout: (text) => (out += text), stderr: (text) => (err += text) };
    const args = ['courier', location.host, 'get=/errands/sleep.txt'];
    const component = await instantiate(await compile('guests/courier.wasm'), { async: true, wasi: { args, ...outputs, ...wasi } });
    await component.exports['wasi:cli/run'].run().catch((error) => (err += error));
    return { out, err };
  };
  if (!suspends) return;
  equal((await courier({ http: true })).err, '');
  const { err } = await courier({});
  equal(err.includes('HttpRequestDenied'), true, err);
});
