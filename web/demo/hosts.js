// The two hosts, with one form of result: { answer, milliseconds: { compile, instantiate, first, later }, .. }, { refusal } or, natively, { absent }.

/** How long a component may run in the page, in milliseconds; natively the server sets the time. */
const DEADLINE = 10_000;

let worker = null;
let last = Promise.resolve();

/** Runs a component in this page, after those that it was given before. */
export function runInPage(component, readings) {
  last = last.catch(() => {}).then(() => runNow(component, readings));
  return last;
}

async function runNow(component, readings) {
  worker ??= await start();
  worker.postMessage({ component, readings });
  const result = await answered(`the component ran for ${DEADLINE} ms without an answer`);
  if (result.failure) return { refusal: result.failure };
  if (result.refusal) return result;
  // A component that does not end when it runs again has answered all the same.
  const { later = [] } = await answered("");
  return { ...result, milliseconds: { ...result.milliseconds, later } };
}

/** The worker's next message; one that failed is of no use any longer. */
async function answered(late) {
  const result = await reply(worker, DEADLINE, late);
  if (result.failure !== undefined) {
    worker.terminate();
    worker = null;
  }
  return result;
}

async function start() {
  const starting = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const { ready, failure } = await reply(starting, 60_000, "Amphi does not load: the connection is too slow");
  if (ready) return starting;
  starting.terminate();
  throw new Error(failure);
}

/** The next message of a worker; if it fails or does not come in time, a failure. */
function reply(from, deadline, late) {
  return new Promise((resolve) => {
    const settle = (result) => {
      clearTimeout(timer);
      from.onmessage = from.onerror = null;
      resolve(result);
    };
    const timer = setTimeout(() => settle({ failure: late }), deadline);
    from.onmessage = ({ data }) => settle(data);
    from.onerror = (event) => settle({ failure: event.message || "a file of the page is missing" });
  });
}

/** Asks the native host to run the same bytes on the same readings. */
export async function runNatively(component, readings) {
  const token = document.querySelector('meta[name="amphi-token"]').content;
  if (!token) return { absent: "This page comes from a server without a native host." };
  const text = new TextEncoder().encode(readings);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, text.length, true);
  let response;
  try {
    const headers = { "x-amphi-token": token, "content-type": "application/octet-stream" };
    response = await fetch("api/run", { method: "POST", headers, body: new Blob([length, text, component]) });
  } catch {
    return { absent: "The native host does not answer: has its server stopped?" };
  }
  try {
    const body = await response.json();
    return response.ok ? body : { refusal: body.error.message };
  } catch {
    return { refusal: `the native host answered with status ${response.status}` };
  }
}

/** The SHA-256 of bytes or text, in hexadecimal digits. */
export async function sha256(data) {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where two answers first differ, in words; null where they are equal. */
export function difference(page, native) {
  if (page === native) return null;
  const found = walk(JSON.parse(page), JSON.parse(native), "");
  return found ?? "The answers hold the same values, but are not written the same.";
}

function walk(page, native, path) {
  const both = [page, native];
  if (both.every((value) => value !== null && typeof value === "object")) {
    for (const key of new Set(both.flatMap(Object.keys))) {
      const step = Array.isArray(page) ? `[${key}]` : `${path && "."}${key}`;
      const found = walk(page[key], native[key], path + step);
      if (found) return found;
    }
    return null;
  }
  if (Object.is(page, native)) return null;
  const [here, there] = both.map((value) => JSON.stringify(value) ?? "nothing");
  return `First difference at ${path}: ${here} in this page, ${there} natively.`;
}
