// A program that TypeScript must refuse, where and as its comments say.

import { instantiate, load } from 'amphi-web';
import * as runtime from 'amphi-web/runtime';
import type { Compiled } from 'amphi-web';
import { Basket } from 'components/kitchen/exports/demo.kitchen.store@1.0.0.js';
import type { Kitchen } from 'components/kitchen.js';
import type { Sensor } from 'components/sensor.js';
import type { Sensor as WaitingSensor } from 'promised/sensor.js';

const log = { recordMessage: (level: string, message: string) => console.log(level, message) };

// Imports: all that are wanted, of the right types.
await load<Sensor>('sensor.wasm'); // error TS2554
await load<Sensor>('sensor.wasm', { imports: {} }); // error TS2741
await load<Sensor>('sensor.wasm', { imports: { 'demo:sensor/log': {} } }); // error TS2741
await load<Sensor>('sensor.wasm', { imports: { 'demo:sensor/log': { recordMessage: (level: number) => level } } }); // error TS2322
declare const compiled: Compiled;
await instantiate<Sensor>(compiled, { imports: { 'demo:sensor/lag': log } }); // error TS2353

// Promises, only where they are expected.
await load<Sensor>('sensor.wasm', { async: true, imports: { 'demo:sensor/log': log } }); // error TS2322
await load<WaitingSensor>('sensor.wasm', { imports: { 'demo:sensor/log': log } }); // error TS2345
await load<Sensor>('sensor.wasm', { worker: true, imports: { 'demo:sensor/log': log } }); // error TS2353

// Precompiled components.
await runtime.load<Sensor>('sensor.page', { worker: true, imports: { 'demo:sensor/log': log } }); // error TS2353
await runtime.load<Sensor>('sensor.page'); // error TS2554

// Values.
const { exports } = await load<Sensor>('sensor.wasm', { imports: { 'demo:sensor/log': log } });
const filter = exports['demo:sensor/filter'];
filter.run([{ sensor: 'roof', timestamp: 1, value: 2, unit: { tag: 'celsius' }, tags: [] }]); // error TS2322
filter.run([{ sensor: 'roof', timestamp: 1n, value: 2, unit: { tag: 'other' }, tags: [] }]); // error TS2322
filter.run([{ sensor: 'roof', timestamp: 1n, value: 2, unit: { tag: 'kelvin' }, tags: [] }]); // error TS2322
filter.run([{ sensor: 'roof', timestamp: 1n, value: 2, unit: { tag: 'celsius' } }]); // error TS2741
exports['demo:sensor/filters']; // error TS2551

// Resources: made by their components alone, and no other's.
declare const kitchen: Kitchen['exports'];
new Basket('mine'); // error TS1362
kitchen['demo:kitchen/store'].count({ name: () => '', put: () => 0, items: () => [], [Symbol.dispose]() {} }); // error TS2741
kitchen['demo:kitchen/echo'].echoSeason('Spring'); // error TS2345
kitchen['demo:kitchen/echo'].echoBytes([1, 2, 3]); // error TS2740
const text: string = kitchen['demo:kitchen/echo'].echoOption(1n); // error TS2322
