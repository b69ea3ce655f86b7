// A plugin for Vite and Rollup: `import { load } from './sensor.wasm?component'` is the component, precompiled.

import { createHash } from 'node:crypto';
import { dirname, join, parse, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Declared } from './src/build/declared.js';
import { doing, read } from './src/build/files.js';
import { compile, messagesOf } from './src/build/node.js';

const QUERY = '?component';
const RUNTIME = 'amphi-web/runtime';
const TAIL = '.single-memory';

/** What the addresses begin with of components that a development server gives out. */
const SERVED = '/@amphi-web/';

/** See `vite.d.ts`. */
export default function components({ types = 'amphi-components.d.ts', async: promised = false } = {}) {
  /** The folder that paths are told from, and what a development server's addresses begin with. */
  let [home, base] = [process.cwd(), ''];
  /** What the development server gives out, by the paths of components; nothing where there is none. */
  let served;
  /** What belongs beside files that were emitted, by reference. */
  const tails = new Map();
  let declared;

  /** The JavaScript expression for the address of a precompiled component. */
  function addressOf(plugin, path, { file, singleMemory }) {
    const name = `${parse(path).name}.page`;
    if (served === undefined) {
      const reference = plugin.emitFile({ type: 'asset', name, source: file });
      if (singleMemory !== undefined) tails.set(reference, singleMemory);
      return `import.meta.ROLLUP_FILE_URL_${reference}`;
    }
    const hash = createHash('sha256').update(file).digest('hex').slice(0, 16);
    const place = `${SERVED}${hash}/${name}`;
    served.set(path, { [place]: file, [`${place}${TAIL}`]: singleMemory });
    return JSON.stringify(`${base}${encodeURI(place)}`);
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
      if (source === RUNTIME) {
        return (await this.resolve(source, importer, { skipSelf: true })) ?? fileURLToPath(new URL('./runtime.js', import.meta.url));
      }
      if (!source.endsWith(QUERY)) return null;
      const found = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true });
      return found && `${found.id}${QUERY}`;
    },

    async load(id) {
      if (!id.endsWith(QUERY)) return null;
      const path = id.slice(0, -QUERY.length);
      const name = relative(home, path);
      this.addWatchFile(path);
      try {
        const bytes = await read(path);
        const precompiled = await doing(`cannot compile \`${name}\``, () => compile(bytes));
        if (types) {
          declared ??= new Declared(join(home, types), promised);
          await doing(`cannot write TypeScript declarations of \`${name}\``, () => declared.add(path, bytes));
        }
        return {
          code: `import * as runtime from '${RUNTIME}';
export const url = ${addressOf(this, path, precompiled)};
export const compile = (options) => runtime.compile(url, options);
export const load = (imports, options) => runtime.load(url, { ...options, imports });
`,
          map: null,
          moduleSideEffects: false,
        };
      } catch (error) {
        return this.error(messagesOf(error).join(': '));
      }
    },

    // The runtime finds it by the file's name, which is known now.
    generateBundle() {
      for (const [reference, source] of tails) this.emitFile({ type: 'asset', fileName: `${this.getFileName(reference)}${TAIL}`, source });
    },
  };
}
