import { load } from './component.wasm?component';

const { exports } = await load({ 'demo:sensor/log': { recordMessage() {} } });
let failure;
try {
  exports['demo:sensor/filter'].run([]);
} catch (error) {
  failure = error.payload;
}
tell(failure?.tag, 'empty');
