// The page: has a component answer in the service worker and natively, and says whether the answers are equal.
//
// When the first answers are there, `data-verdict` of the document says how they compare: "equal", "different", "alone" (there is no
// native host), "unable" (this browser cannot suspend components) or "error: " and why.

import { sha256 } from "../hosts.js";
import { showAnswers } from "../tables.js";

const at = (id) => document.getElementById(id);
const address = new URL("words", location.href).href;
const button = at("inputs").querySelector("button");

at("address").textContent = new URL(address).pathname;
at("inputs").addEventListener("submit", (event) => {
  event.preventDefault();
  compare();
});
start();

async function start() {
  if (typeof WebAssembly.Suspending !== "function") {
    return tell("unable", "This browser cannot run it", "A component that answers requests waits for them, and this browser cannot suspend it.");
  }
  try {
    await navigator.serviceWorker.register("worker.js", { type: "module", scope: "./" });
    await controlled();
  } catch (error) {
    return tell("error", "There is no service worker", String(error?.message ?? error));
  }
  await compare();
}

/** Waits until the service worker answers for this page. */
function controlled() {
  if (navigator.serviceWorker.controller) return undefined;
  return new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}

async function compare() {
  const text = at("text").value;
  at("curl").textContent = `curl ${address} --data-binary ${quoted(text)}`;
  button.disabled = true;
  try {
    const component = await fetch("../components/words.wasm");
    const digest = await sha256(await component.arrayBuffer());
    const page = { ...(await asked(text, {})), engine: "this browser", component: digest };
    const native = await asked(text, { "x-natively": "1" });
    showAnswers(at("hosts"), page, native);
    judge(page, native);
  } catch (error) {
    tell("error", "There is no answer to compare", String(error?.message ?? error));
  } finally {
    button.disabled = false;
  }
}

/** Posts the text, and gives what was answered, and by what. */
async function asked(text, headers) {
  const response = await fetch(address, { method: "POST", body: text, headers: { "content-type": "text/plain", ...headers } });
  const answer = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    engine: response.headers.get("x-engine"),
    component: response.headers.get("x-component-sha256"),
    answer,
    digest: await sha256(answer),
  };
}

function judge(page, native) {
  if (page.status !== 200) return tell("error", "The component does not answer", page.answer);
  if (native.engine === null) return tell("alone", "The service worker’s answer alone", "This page comes from a server without a native host.");
  if (native.component !== page.component) return tell("error", "There is no answer to compare", "The native host has another component.");
  const same = ["status", "type", "answer"].every((part) => page[part] === native[part]);
  if (same) tell("equal", "The answers are equal", "From the same component, at the same address.");
  else tell("different", "The answers differ", "See below.");
}

function tell(state, headline, detail) {
  at("verdict").dataset.state = state === "unable" ? "alone" : state;
  at("headline").textContent = headline;
  at("detail").textContent = detail;
  document.documentElement.dataset.verdict = state === "error" ? `error: ${detail}` : state;
}

/** A text as a word of a shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
