// The browser's collection of what nobody holds any more.

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Has the browser collect what was forgotten, where it lets a page ask; elsewhere gives it time to. */
export async function collected() {
  await globalThis.gc?.({ type: 'major', execution: 'async' });
  // What is done for objects that were collected is done in turns of its own.
  await turn();
  await turn();
}
