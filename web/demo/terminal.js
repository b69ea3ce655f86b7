// The terminal: runs commands one after the other, and shows what they write as it comes.
//
// When a command has ended, `data-status` of the document is its exit code, or "error".

import init, { command } from "./sensor_demo.js";

const at = (id) => document.getElementById(id);
const terminal = at("terminal");
const loaded = init();

at("program").addEventListener("change", () => {
  at("args").value = at("program").value === "errand" ? "poll" : "--read /data/greeting.txt Amphi";
});
at("inputs").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = at("inputs").querySelector("button");
  button.disabled = true;
  try {
    await run(at("program").value, at("args").value);
  } finally {
    button.disabled = false;
  }
});

async function run(program, line) {
  delete document.documentElement.dataset.status;
  const args = line.split(/\s+/).filter((arg) => arg !== "");
  show(`$ ${[program, ...args].join(" ")}\n`, "prompt");
  let status;
  try {
    await loaded;
    const response = await fetch(`components/${program}.page`);
    if (!response.ok) throw new Error(`the command is missing: status ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    status = await command(bytes, [program, ...args], "one\ntwo\nthree", shown("out"), shown("err"));
    if (status !== 0) show(`exit code ${status}\n`, "prompt");
  } catch (error) {
    status = "error";
    show(`${error?.message ?? error}\n`, "err");
  }
  document.documentElement.dataset.status = status;
}

/** Shows bytes as text; a character may be written in parts. */
function shown(kind) {
  const decoder = new TextDecoder();
  return (bytes) => show(decoder.decode(bytes, { stream: true }), kind);
}

function show(text, kind) {
  const atEnd = terminal.scrollTop + terminal.clientHeight >= terminal.scrollHeight - 4;
  terminal.append(Object.assign(document.createElement("span"), { textContent: text, className: kind }));
  if (atEnd) terminal.scrollTop = terminal.scrollHeight;
}
