// What TypeScript knows of a component that is imported.

import { compile as precompile, inspect, types } from 'amphi-web/compile';
import components from 'amphi-web/vite';
import { compile, load, url } from './number.wasm?component';

const component = await load({ next: (number) => number + 1 }, { signal: new AbortController().signal });
const number: number = component.exports.number();
const compiled = await compile({ progress: ({ loaded }) => console.log(loaded, url.length, number) });
await compiled.instantiate();

const plugin: { name: string } = components({ types: false, async: true });
const { file, singleMemory } = await precompile(new ArrayBuffer(8));
const [declared] = await types(file, { name: plugin.name, async: true });
console.log(declared?.path, singleMemory?.length, (await inspect(file, { json: true })).length);

// @ts-expect-error: what it imports is missing
await load();
// @ts-expect-error: that is no number
await load({ next: () => '1' });
// @ts-expect-error: it has no such export
component.exports.text();
