// A component that a bundler has put into the application: the script that imports it has its description, and its core modules are beside it.
//
// `vite.js` writes such scripts, for components of which JavaScript knows all that it takes. What describes them is code of the application,
// as it is in what other tools make of components, and is not checked.

import { orAborted } from '../abort.js';
import { KNOWN } from '../crossing.js';
import { ofSuccess } from '../source.js';
import { Compiled } from './compiled.js';
import { functionsOf } from './functions.js';
import { prepare } from './glue.js';
import { looksUp } from './traps.js';

/**
 * The component that `plan` describes. `sources` are its core modules, each an address, or a text in base64 in a list; `kinds` are those of its
 * types, and of encodings (`kinds.js`). Gives `compile` and `load` as an application has them.
 */
export function bundled(plan, sources, kinds) {
  Object.assign(KNOWN, kinds);
  plan.functions = functionsOf(plan.exports);
  const compile = (options = {}) => orAborted(compileAll(plan, sources, options), options.signal);
  const load = async (imports, options = {}) => {
    const other = ['worker', 'deadline'].find((name) => options[name]);
    if (other !== undefined) throw new TypeError(`the option \`${other}\`: give the component's \`url\` to \`load\` of \`amphi-web/runtime\``);
    return (await compile(options)).instantiate({ ...options, imports });
  };
  return { compile, load };
}

async function compileAll(plan, sources, { signal, progress }) {
  const told = tellers(progress);
  const all = sources.map((source) => (Array.isArray(source) ? inside(source) : fetched(source, { signal, told })));
  // They are on their way.
  prepare(plan);
  const modules = await Promise.all(all);
  told?.('compile', 0);
  told?.('compile');
  return new Compiled({ plan, modules, kept: modules.filter(({ bytes }) => bytes !== undefined) });
}

/** A small core module, in the script. */
function inside([text]) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return { compiled: new WebAssembly.Module(bytes), accessors: [], bytes };
}

/** A core module, compiled while it arrives, where nobody needs its bytes. */
async function fetched(address, { signal, told }) {
  const arriving = fetch(address, { signal });
  const isKept = looksUp();
  const found = ofSuccess(await arriving);
  const response = told === undefined ? found : told.of(found);
  if (isKept || response.headers.get('content-type') !== 'application/wasm') {
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { compiled: await WebAssembly.compile(bytes), accessors: [], bytes };
  }
  return { compiled: await WebAssembly.compileStreaming(response), accessors: [] };
}

/** What tells `progress` of phases, if anybody listens: of all core modules that arrive together. */
function tellers(progress) {
  if (progress === undefined) return undefined;
  let [loaded, total] = [0, 0];
  const tell = (phase, done = loaded) => progress({ phase, loaded: done, total: phase === 'compile' ? loaded : total });
  tell.of = ({ body, headers }) => {
    // Of one whose length nobody knows, the total is not known.
    total = total + Number(headers.get('content-length')) || undefined;
    tell('download');
    const transform = (piece, arriving) => {
      loaded += piece.length;
      tell('download');
      arriving.enqueue(piece);
    };
    return new Response(body?.pipeThrough(new TransformStream({ transform })), { headers });
  };
  return tell;
}
