// Components as they were translated, kept for the next visit: in the browser's cache for the page's origin, which may be full, cleared, refused or
// not there at all. Nothing here is an error for anybody: where nothing is kept, everything is translated.
//
// An entry's address has what it stands for: the version, the browser's features, and the digest of the component; and behind it the file's length,
// where the component came from, and when it was written, so that no two are the same. The entries are in the order in which they were written.

import { VERSION } from '../version.js';

const NAME = 'amphi-web';
const ORIGIN = 'https://amphi-web.invalid';

/** How many files are kept at most, and how many bytes they have together. */
const [MOST, MOST_BYTES] = [32, 64 << 20];

/** The header with the digest of a file. */
const DIGEST = 'amphi-digest';

/** What stands in an entry's address behind its key. */
const partOf = ({ url }, name) => new URL(url).searchParams.get(name);

/** What `work` gives, or nothing. */
async function quietly(work) {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What stands before the digest of a component, for a browser with such features. */
const prefixOf = (features) => `${ORIGIN}/${encodeURIComponent(VERSION)}/${features}/`;

/** The key of a component, or nothing where none can be kept. */
export const keyOf = (component, features) => quietly(async () => `${prefixOf(features)}${await digestOf(component)}`);

/** Whether a component from this address was kept, so that what it is like now probably is, too. */
export const isLikely = (address, features) =>
  quietly(async () => {
    if (!(await caches.has(NAME))) return false;
    const entries = await (await caches.open(NAME)).keys();
    return entries.some((entry) => entry.url.startsWith(prefixOf(features)) && partOf(entry, 'from') === address);
  });

/** The file that was kept under a key, if it is as it was. */
export const find = (key) =>
  quietly(async () => {
    const response = await caches.match(key, { cacheName: NAME, ignoreSearch: true });
    if (response === undefined) return undefined;
    const file = new Uint8Array(await response.arrayBuffer());
    return (await digestOf(file)) === response.headers.get(DIGEST) ? file : undefined;
  });

/** Keeps a file under a key, as the one that was used last, for a component from `address`, if that is known; `isKept` says that it was kept before. */
export const keep = (key, file, { address, isKept }) =>
  quietly(async () => {
    if (file.length > MOST_BYTES) return;
    const cache = await caches.open(NAME);
    const entries = await cache.keys();
    const before = entries.filter(({ url }) => url.startsWith(`${key}?`));
    const from = address ?? (before.length > 0 ? partOf(before.at(-1), 'from') : '');
    const last = entries.at(-1);
    if (isKept && before.at(-1) === last && partOf(last, 'from') === from) return;
    const response = new Response(file, { headers: { [DIGEST]: await digestOf(file) } });
    // Who looks for it meanwhile finds one or the other.
    await cache.put(`${key}?bytes=${file.length}&from=${encodeURIComponent(from)}&at=${Date.now()}`, response);
    for (const entry of before) await cache.delete(entry);
    await trim(cache);
  });

/** Removes what was not used for the longest time, until all the rest may stay. */
async function trim(cache) {
  let [count, bytes] = [0, 0];
  for (const entry of [...(await cache.keys())].reverse()) {
    const length = Number(partOf(entry, 'bytes'));
    // What has no length is not ours.
    const isOurs = length > 0;
    if (isOurs) [count, bytes] = [count + 1, bytes + length];
    if (!isOurs || count > MOST || bytes > MOST_BYTES) await cache.delete(entry);
  }
}
