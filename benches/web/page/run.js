// Measures the shapes, the floors and the other ways in one run: the outcome as JSON text, and a table. `?quick` measures for a short
// time, `?nojco` leaves jco out, `?only=add` measures what has `add` in its name.

import { Bench, Naive } from './amphi_bench_web.js';
import { instantiate } from './core.js';
import { floors } from './floors.js';
import { glue } from './glue.js';
import { suspended, viaPackage, viaRuntime } from './package.js';
import { QUICK, THOROUGH, measure, summary } from './sample.js';

/** The calls: what each is called in Rust, what it is, and which floor it stands on. */
const CALLS = [
  ['add-typed', 'typed call, add', 'guarded-call'],
  ['add-val', 'dynamic call, add', 'guarded-call'],
  ['echo-16', 'string echo, 16 B', 'encode-16'],
  ['echo-256', 'string echo, 256 B', 'encode-16'],
  ['echo-2k', 'string echo, 2 kB', 'encode-2k'],
  ['echo-bytes', 'list<u8> echo, 64 kB', 'copies-64k'],
  ['sum-numbers', 'list<u32> of 1000 in', 'guarded-call'],
  ['count-notes', '100 records with an optional string in', 'guarded-call'],
  ['resource-method', 'method of a resource', 'guarded-call'],
  ['import-scalar', 'guest → host, a number', 'table-call'],
  ['import-text', 'guest → host, 16 B of text', 'table-call'],
  ['compose-add', 'guest → guest, add', 'wasm-call'],
  ['compose-text', 'guest → guest, echo of 16 B', 'wasm-call'],
];

/** Those that make an instance. */
const INSTANCES = [
  ['instantiate-shapes', 'instantiate shapes', 'instance-shapes'],
  ['instantiate-sensor', 'instantiate sensor', 'instance-shapes'],
];

/** Those that load a component. */
const LOADS = [
  ['load-shapes', 'load shapes', 'compile-shapes'],
  ['load-sensor', 'load sensor', 'compile-sensor'],
  ['reload-shapes', 'load shapes, the same bytes again', 'compile-shapes'],
  ['first-answer-shapes', 'load shapes to its first answer', 'compile-shapes'],
  ['first-answer-sensor', 'load sensor to its first answer', 'compile-sensor'],
];

const place = (id) => document.getElementById(id);

async function guest(name) {
  const response = await fetch(`guests/${name}.wasm`);
  if (!response.ok) throw new Error(`component \`${name}\`: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const shapes = (rows, group, runner) =>
  rows.map(([id, title, floor]) => ({ id, title, floor, group, kind: 'shape', run: runner(id) }));

/** Another way to the shapes: what `loops` has of them, `{ [shape]: run(times) }`. */
function others(way, loops) {
  const rows = [...CALLS, ...INSTANCES, ...LOADS].filter(([id]) => id in loops);
  return rows.map(([id, title]) => ({
    id: `${way}-${id}`,
    title: `${title}, by ${way}`,
    floor: null,
    group: LOADS.some(([load]) => load === id) ? 'load' : 'call',
    kind: way,
    of: id,
    run: loops[id],
  }));
}

/** The shapes from Rust through JavaScript. */
function naive(module, ids) {
  const way = new Naive(instantiate(module, { 'add-one': Naive.addOne() }));
  return Object.fromEntries(ids.map((id) => [id, (times) => way.run(id, times)]));
}

/** A host function of JavaScript that is waited for, where the browser can suspend a guest. */
async function waits(bytes) {
  if (typeof WebAssembly.Suspending !== 'function') return [];
  const title = 'guest → host in JavaScript, waited for';
  return [{ id: 'package-suspend', title, group: 'call', kind: 'shape', floor: 'bare-suspend', run: await suspended(bytes) }];
}

async function operations(query) {
  const [shapesBytes, alone, sensor, composed] = await Promise.all(['shapes', 'shapes-alone', 'sensor', 'composed'].map(guest));
  const bench = await Bench.open(shapesBytes, sensor, composed);
  const module = await WebAssembly.compile(bench.coreModules('shapes')[0]);
  const byHand = glue(module);
  const list = [
    ...(await floors(bench)),
    ...shapes(CALLS, 'call', (id) => (times) => bench.run(id, times)),
    ...others('glue', byHand),
    ...others('naive', naive(module, ['add-typed', ...Object.keys(byHand)])),
    ...others('package', await viaPackage(shapesBytes, (name) => bench.renewed(name))),
    ...others('runtime', await viaRuntime(alone)),
    ...(await waits(shapesBytes)),
    ...shapes(INSTANCES, 'load', (id) => (times) => bench.run(id, times)),
    ...shapes(LOADS, 'load', (id) => (times) => bench.load(id, times)),
  ];
  if (!query.has('nojco')) {
    const { jco } = await import('./jco.js');
    list.push(...others('jco', await jco(shapesBytes, composed, (name) => bench.renewed(name))));
  }
  const only = query.get('only') ?? '';
  return list.filter(({ id }) => id.includes(only));
}

/** Measures everything. `tell` hears how far it is. */
export async function report(tell) {
  const query = new URLSearchParams(location.search);
  const settings = query.has('quick') ? QUICK : THOROUGH;
  const list = await operations(query);
  const plans = await measure(list, settings, tell);
  const figures = list.map(({ id, title, group, kind, floor, of }, index) => ({
    id, title, group, kind, floor, of, ...plans[index], ...summary(plans[index].samples),
  }));
  show(figures);
  tell(`Done: ${settings.samples} samples of at least ${settings.batch} ms each.`);
  return JSON.stringify({ agent: navigator.userAgent, isolated: crossOriginIsolated, settings, figures });
}

function show(figures) {
  const median = new Map(figures.map((figure) => [figure.id, figure.median]));
  const titles = new Map(figures.map((figure) => [figure.id, figure.title]));
  const number = (value) => value.toLocaleString('en', { maximumSignificantDigits: 4 });
  for (const figure of figures) {
    const row = place('rows').insertRow();
    row.className = figure.kind;
    const floor = median.get(figure.floor);
    const ratio = floor === undefined ? '' : number(figure.median / floor);
    const cells = [figure.title, number(figure.median), number(figure.min), number(figure.max), ratio];
    for (const text of [...cells, titles.get(figure.floor) ?? '']) row.insertCell().textContent = text;
  }
}
