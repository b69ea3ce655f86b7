// Asks the admin API. The token is kept here and nowhere else: it is gone with the page.

/** How long an answer may take. A reload compiles, so it has as long as it takes. */
const PATIENCE = 10_000;

/** The API said no; `document` is its problem document. */
export class Refused extends Error {
  constructor(document) {
    super(document.detail);
    this.document = document;
  }
}

/** Nobody answered. */
export class NoAnswer extends Error {}

let bearer;

/** Shows this token from now on. */
export function show(token) {
  // A header field has bytes, not characters.
  bearer = `Bearer ${String.fromCharCode(...new TextEncoder().encode(token))}`;
}

/** What `GET` gives. */
export const read = (path) => answer(path, { signal: AbortSignal.timeout(PATIENCE) });

/** What `POST` gives. */
export const tell = (path, value) => answer(path, { method: 'POST', body: value && JSON.stringify(value) });

async function answer(path, options) {
  const headers = bearer ? { authorization: bearer } : {};
  let response;
  let text;
  try {
    response = await fetch(path, { ...options, headers, cache: 'no-store', credentials: 'omit' });
    text = await response.text();
  } catch (error) {
    throw new NoAnswer(error.message);
  }
  const document = parsed(text);
  if (response.ok && document) return document;
  throw new Refused(document ?? { status: response.status, title: response.statusText, kind: 'unknown', detail: text });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
