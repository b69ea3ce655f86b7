import { load } from './amphi-web/index.js';
const reading = (value, hour) => ({ sensor: 'roof', timestamp: BigInt(hour), value, unit: { tag: 'celsius' }, tags: [] });
const sensor = await load('guests/sensor.wasm', { imports: { 'demo:sensor/log': { recordMessage: console.log } } });
const [summary] = sensor.exports['demo:sensor/filter'].run([20, 21, 22].map(reading)).summaries;
document.body.textContent = `kept ${summary.kept} of 3, mean ${summary.mean}`;
