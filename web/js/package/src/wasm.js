// Wasm of the package, fetched and compiled.

/** Compiles the wasm at an address while it arrives; `what` it is called in errors. */
export async function compiledWasm(address, what, signal) {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`the ${what} \`${response.url}\` cannot be fetched: status ${response.status}`);
  const streams = response.headers.get('content-type') === 'application/wasm';
  try {
    return await (streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()));
  } catch (error) {
    throw new Error(`the ${what} \`${response.url}\` cannot be compiled: ${error.message}`, { cause: error });
  }
}
