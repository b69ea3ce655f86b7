// Transpiles a component as jco's command does with `--minify`, for browsers: `node transpile.mjs COMPONENT FOLDER`.

import { mkdir, writeFile } from 'node:fs/promises';
import { transpile } from '@bytecodealliance/jco-transpile';

const [component, outDir] = process.argv.slice(2);
const namespaces = ['demo:shapes', 'demo:sensor', 'arcjet:redact', 'arcjet:js-req'];
const { files } = await transpile(component, {
  name: 'component',
  outDir,
  minify: true,
  nodejsCompat: false,
  emitTypescriptDeclarations: false,
  map: Object.fromEntries(namespaces.map((name) => [`${name}/*`, './imports.js#*'])),
});
await mkdir(outDir, { recursive: true });
for (const [name, content] of Object.entries(files)) await writeFile(name, content);
