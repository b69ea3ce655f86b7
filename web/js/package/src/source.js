// Where a component's bytes come from.

/** Under which a component that is compiled keeps its bytes. */
export const kept = Symbol('bytes');

/** Whether the bytes are the page's own, which may change them. */
export const isOwn = (source) => source instanceof ArrayBuffer || ArrayBuffer.isView(source);

/** The bytes of `source`: an address, a response, or bytes. `progress` hears how much of them is there. */
export async function bytesOf(source, { signal, progress }) {
  signal?.throwIfAborted();
  if (source?.[kept] !== undefined) return source[kept];
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (typeof source === 'string' || source instanceof URL) return body(await fetch(source, { signal }), signal, progress);
  if (source instanceof Response || typeof source?.then === 'function') return body(await source, signal, progress);
  throw new TypeError(`expected the address of a component, a response, bytes, or what \`compile\` gives, found ${typeof source}`);
}

async function body(response, signal, progress) {
  if (!response.ok) throw new Error(`the component \`${response.url}\` cannot be fetched: status ${response.status}`);
  if (progress === undefined || response.body === null) return new Uint8Array(await response.arrayBuffer());
  const total = Number(response.headers.get('content-length')) || undefined;
  const pieces = [];
  let loaded = 0;
  progress({ phase: 'download', loaded, total });
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    signal?.throwIfAborted();
    if (done) break;
    pieces.push(value);
    loaded += value.length;
    progress({ phase: 'download', loaded, total });
  }
  return joined(pieces, loaded);
}

function joined(pieces, length) {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
