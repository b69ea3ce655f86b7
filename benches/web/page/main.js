// Measures the shapes and the floors in one run. The outcome, for whoever drives the page, is JSON text; a person sees a table.
// `?quick` measures for a short time.

import init, { Bench } from './amphi_bench_web.js';
import { floors } from './floors.js';
import { QUICK, THOROUGH, measure, summary } from './sample.js';

/** The calls: what each is called in Rust, what it is, and which floor it stands on. */
const CALLS = [
  ['add-typed', 'typed call, add', 'guarded-call'],
  ['add-val', 'dynamic call, add', 'guarded-call'],
  ['echo-16', 'string echo, 16 B', 'encode-16'],
  ['echo-2k', 'string echo, 2 kB', 'encode-2k'],
  ['echo-records', 'echo of a list of 100 records', 'guarded-call'],
  ['import-scalar', 'import: guest → host call', 'table-call'],
  ['resource-borrow', 'call with a borrowed resource', 'guarded-call'],
  ['resource-method', 'method of a resource, returns 16 B', 'guarded-call'],
];

/** Those that make an instance. */
const INSTANCES = [
  ['instantiate-calc', 'instantiate calc', 'instance-calc'],
  ['instantiate-sensor', 'instantiate sensor', 'instance-calc'],
  ['instantiate-kitchen', 'instantiate kitchen', 'instance-calc'],
];

/** Those that load a component. */
const LOADS = [
  ['load-calc', 'load calc', 'compile-calc'],
  ['load-sensor', 'load sensor', 'compile-sensor'],
  ['load-kitchen', 'load kitchen', 'compile-kitchen'],
  ['reload-sensor', 'load sensor, the same bytes again', 'compile-sensor'],
  ['first-answer-calc', 'load calc to its first answer', 'compile-calc'],
  ['first-answer-sensor', 'load sensor to its first answer', 'compile-sensor'],
];

const place = (id) => document.getElementById(id);
const tell = (text) => (place('state').textContent = text);

async function guest(name) {
  const response = await fetch(`guests/${name}.wasm`);
  if (!response.ok) throw new Error(`component \`${name}\`: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const shapes = (rows, group, runner) =>
  rows.map(([id, title, floor]) => ({ id, title, floor, group, kind: 'shape', run: runner(id) }));

async function operations() {
  await init();
  const bench = await Bench.open(...(await Promise.all(['calc-1-0', 'sensor', 'kitchen'].map(guest))));
  return [
    ...(await floors(bench)),
    ...shapes(CALLS, 'call', (id) => (times) => bench.run(id, times)),
    ...shapes(INSTANCES, 'load', (id) => (times) => bench.run(id, times)),
    ...shapes(LOADS, 'load', (id) => (times) => bench.load(id, times)),
  ];
}

async function report() {
  const settings = new URLSearchParams(location.search).has('quick') ? QUICK : THOROUGH;
  const list = await operations();
  const plans = await measure(list, settings, tell);
  const figures = list.map(({ id, title, group, kind, floor }, index) => ({
    id, title, group, kind, floor, ...plans[index], ...summary(plans[index].samples),
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
    const ratio = figure.floor === null ? '' : number(figure.median / median.get(figure.floor));
    const cells = [figure.title, number(figure.median), number(figure.min), number(figure.max), ratio];
    for (const text of [...cells, titles.get(figure.floor) ?? '']) row.insertCell().textContent = text;
  }
}

globalThis.outcome = report();
globalThis.outcome.catch((error) => tell(String(error)));
