// What a component is granted of WASI, from the option `wasi`.

/** Fills `grants`, the engine's, with what `wasi` says. */
export function grant(grants, { args = [], env = {}, stdin, stdout, stderr } = {}) {
  args.forEach((arg) => grants.arg(String(arg)));
  for (const [name, value] of Object.entries(env)) grants.env(name, String(value));
  if (stdin !== undefined) grants.stdin(typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin);
  if (stdout !== undefined) grants.stdout(texts(stdout));
  if (stderr !== undefined) grants.stderr(texts(stderr));
  return grants;
}

/** Gives `handler` bytes as text; a character may be written in parts. */
function texts(handler) {
  const decoder = new TextDecoder();
  return (bytes) => {
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') handler(text);
  };
}
