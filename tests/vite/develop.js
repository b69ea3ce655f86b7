// Serves the application while it is developed, until standard input ends, and says where.

import { createServer } from 'vite';

const server = await createServer({ root: process.argv[2], logLevel: 'silent', server: { host: '127.0.0.1', port: 0 } });
await server.listen();
console.log(`http://127.0.0.1:${server.httpServer.address().port}/base/`);
process.stdin.on('end', () => server.close().then(() => process.exit())).resume();
