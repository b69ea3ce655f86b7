// A plugin for Vite and Rollup: `import { load } from './sensor.wasm?component'` is the component, precompiled.

import { createHash } from 'node:crypto';
import { basename, dirname, join, parse, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Declared } from './src/build/declared.js';
import { doing, read } from './src/build/files.js';
import { compile, messagesOf } from './src/build/node.js';
import { bare, unpacked } from './src/build/unpacked.js';
import { suppliedTo } from './src/versions.js';

const QUERY = '?component';
/** What a module with the address of a component is called by. */
const ADDRESS = '?component-address';
const RUNTIME = 'amphi-web/runtime';
const TAIL = '.single-memory';

/** The runtime, and what a component needs that is part of the application: as modules, of which a bundler leaves out what nobody uses. */
const MODULES = fileURLToPath(new URL('./runtime.modules.js', import.meta.url));
const BUNDLED = fileURLToPath(new URL('./src/runtime/bundled.js', import.meta.url));
const KINDS = fileURLToPath(new URL('./src/kinds.js', import.meta.url));

/** Up to this many bytes a core module is text in the script: another request takes longer. */
const SMALL = 4096;

/** What the addresses begin with of components that a development server gives out. */
const SERVED = '/@amphi-web/';

/** See `vite.d.ts`. */
export default function components({ types = 'amphi-components.d.ts', async: promised = false } = {}) {
  /** The folder that paths are told from, and what a development server's addresses begin with. */
  let [home, base] = [process.cwd(), ''];
  /** What the development server gives out, by the paths of components; nothing where there is none. */
  let served;
  /** What belongs beside precompiled components that were emitted, if anything does, by reference. */
  const emitted = new Map();
  let declared;

  /** The JavaScript expression for the address of a precompiled component. */
  function addressOf(plugin, path, { file, singleMemory }) {
    const name = `${parse(path).name}.page`;
    if (served === undefined) {
      const reference = plugin.emitFile({ type: 'asset', name, source: file });
      emitted.set(reference, singleMemory);
      return `import.meta.ROLLUP_FILE_URL_${reference}`;
    }
    const hash = createHash('sha256').update(file).digest('hex').slice(0, 16);
    const place = `${SERVED}${hash}/${name}`;
    served.set(path, { [place]: file, [`${place}${TAIL}`]: singleMemory });
    return JSON.stringify(`${base}${encodeURI(place)}`);
  }

  /** The expression for a core module: its text, or its address. */
  function sourceOf(plugin, path, bytes) {
    if (bytes.length <= SMALL) return JSON.stringify([Buffer.from(bare(bytes)).toString('base64')]);
    const reference = plugin.emitFile({ type: 'asset', name: `${parse(path).name}.wasm`, source: bytes });
    return `import.meta.ROLLUP_FILE_URL_${reference}`;
  }

  /** The script of a component: its own parts, where it is built and nothing else is needed, or the precompiled file. */
  async function scriptOf(plugin, path, precompiled) {
    const { description, modules, isAlone } = await unpacked(precompiled.file);
    if (!isAlone || served !== undefined) {
      // What is fetched for WASI need not wait for the file.
      const expected = description === undefined ? [] : suppliedTo(description);
      return `import * as runtime from '${RUNTIME}';
export const url = ${addressOf(plugin, path, precompiled)};
const expected = ${JSON.stringify(expected)};
export const compile = (options) => runtime.compile(url, { ...options, expected });
export const load = (imports, options) => runtime.load(url, { ...options, imports, expected });
`;
    }
    const { types, options } = description;
    const kinds = [...types.map(({ kind }) => kind), ...options.map(({ encoding }) => encoding)].map((name) => JSON.stringify(name));
    for (const module of description.modules) {
      // Only compositions have any.
      delete module.counted;
      delete module.single;
    }
    const sources = modules.map((bytes) => sourceOf(plugin, path, bytes));
    return `import { bundled } from ${JSON.stringify(BUNDLED)};
import * as kinds from ${JSON.stringify(KINDS)};
export { default as url } from ${JSON.stringify(`${path}${ADDRESS}`)};
export const { compile, load } = /* @__PURE__ */ bundled(${JSON.stringify(description)}, [${sources.join(', ')}], {
${[...new Set(kinds)].map((name) => `  ${name}: kinds[${name}],`).join('\n')}
});
`;
  }

  return {
    name: 'amphi-web',
    enforce: 'pre',

    // The package's modules find their wasm beside them.
    config: () => ({ optimizeDeps: { exclude: ['amphi-web'] } }),

    configResolved(config) {
      home = config.configFile ? dirname(config.configFile) : config.root;
      // The runtime fetches what is beside it, wherever the package is.
      config.server?.fs.allow.push(fileURLToPath(new URL('.', import.meta.url)));
      base = `${config.server?.origin ?? ''}${config.base.replace(/\/$/, '')}`;
    },

    configureServer(server) {
      served = new Map();
      server.middlewares.use((request, response, next) => {
        const [path] = request.url.split('?', 1);
        const place = path.includes(SERVED) && decodeURI(path.slice(path.indexOf(SERVED)));
        const bytes = [...served.values()].map((files) => files[place]).find((bytes) => bytes !== undefined);
        if (bytes === undefined) return next();
        response.setHeader('content-type', 'application/octet-stream');
        return response.end(bytes);
      });
    },

    async resolveId(source, importer) {
      if (source.endsWith(ADDRESS)) return source;
      if (source === RUNTIME) {
        // What is imported has to be one, however it is imported.
        if (served === undefined) return MODULES;
        return (await this.resolve(source, importer, { skipSelf: true })) ?? fileURLToPath(new URL('./runtime.js', import.meta.url));
      }
      if (!source.endsWith(QUERY)) return null;
      const found = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true });
      return found && `${found.id}${QUERY}`;
    },

    async load(id) {
      const query = [QUERY, ADDRESS].find((query) => id.endsWith(query));
      if (query === undefined) return null;
      const path = id.slice(0, -query.length);
      const name = relative(home, path);
      this.addWatchFile(path);
      try {
        const bytes = await read(path);
        const precompiled = await doing(`cannot compile \`${name}\``, () => compile(bytes));
        if (query === ADDRESS) return { code: `export default ${addressOf(this, path, precompiled)};`, map: null, moduleSideEffects: false };
        if (types) {
          declared ??= new Declared(join(home, types), promised);
          await doing(`cannot write TypeScript declarations of \`${name}\``, () => declared.add(path, bytes));
        }
        return { code: await scriptOf(this, path, precompiled), map: null, moduleSideEffects: false };
      } catch (error) {
        return this.error(messagesOf(error).join(': '));
      }
    },

    // The runtime finds what is beside a file by the file's name, which is known now. A file that no script names is not given out.
    generateBundle(options, bundle) {
      const scripts = Object.values(bundle).filter(({ type }) => type === 'chunk');
      for (const [reference, tail] of emitted) {
        const file = this.getFileName(reference);
        if (!scripts.some(({ code }) => code.includes(basename(file)))) delete bundle[file];
        else if (tail !== undefined) this.emitFile({ type: 'asset', fileName: `${file}${TAIL}`, source: tail });
      }
    },
  };
}
