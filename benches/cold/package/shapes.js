import { load } from '/amphi-web/index.js';

const { exports } = await load('component.wasm', {
  imports: { 'demo:shapes/host': { addOne: (x) => (x + 1) >>> 0, measure: (text) => text.length } },
});
tell(exports['demo:shapes/calls'].add(1, 2), 3);
