import { load } from '/amphi-web/index.js';

const { exports } = await load('component.wasm', { imports: { 'demo:sensor/log': { recordMessage() {} } } });
let failure;
try {
  exports['demo:sensor/filter'].run([]);
} catch (error) {
  failure = error.payload;
}
tell(failure?.tag, 'empty');
