// Where a component's bytes come from.

/** Under which a component that is compiled keeps what gives its bytes. */
export const kept = Symbol('bytes');

/** Whether the bytes are the page's own, which may change them. */
export const isOwn = (source) => source instanceof ArrayBuffer || ArrayBuffer.isView(source);

/** The bytes of `source`: an address, a response, or bytes. `progress` hears how much of them is there. */
export async function bytesOf(source, { signal, progress }) {
  const found = await responseOf(source, signal);
  return found instanceof Response ? body(found, signal, progress) : found;
}

/** The response that `source` stands for, an address or a response; or its bytes, if it has them. */
export async function responseOf(source, signal) {
  signal?.throwIfAborted();
  if (source?.[kept] !== undefined) return source[kept]();
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (typeof source === 'string' || source instanceof URL) return ofSuccess(await fetch(source, { signal }));
  if (source instanceof Response || typeof source?.then === 'function') return ofSuccess(await source);
  throw new TypeError(`expected the address of a component, a response, bytes, or what \`compile\` gives, found ${typeof source}`);
}

/** A response, unless it says that there is none. */
export function ofSuccess(response) {
  if (!response.ok) throw new Error(`the component \`${response.url}\` cannot be fetched: status ${response.status}`);
  return response;
}

async function body(response, signal, progress) {
  if (progress === undefined || response.body === null) return new Uint8Array(await response.arrayBuffer());
  const next = piecesOf(response, { signal, progress });
  const pieces = [];
  for (let piece = await next(); piece !== undefined; piece = await next()) pieces.push(piece);
  return joined(pieces);
}

/** What gives the pieces of a response's bytes while they arrive, and then nothing. `progress` hears how much of them is there. */
export function piecesOf(response, { signal, progress }) {
  const total = Number(response.headers.get('content-length')) || undefined;
  const reader = response.body?.getReader();
  let loaded = 0;
  progress?.({ phase: 'download', loaded, total });
  return async () => {
    const { done, value } = (await reader?.read()) ?? { done: true };
    signal?.throwIfAborted();
    if (done) return undefined;
    loaded += value.length;
    progress?.({ phase: 'download', loaded, total });
    return value;
  };
}

/** Pieces as one. */
export function joined(pieces) {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
