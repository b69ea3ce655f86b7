import { load } from './component.wasm?component';

const { exports } = await load({ 'demo:shapes/host': { addOne: (x) => (x + 1) >>> 0, measure: (text) => text.length } });
tell(exports['demo:shapes/calls'].add(1, 2), 3);
