// What the harness's own test asks of a page: one behaviour for each name after the question mark.

const behaviours = {
  async answer() {
    const module = await WebAssembly.compileStreaming(fetch('empty.wasm'));
    return { text: 'é\n\u{1f600}', wasm: module instanceof WebAssembly.Module, eval: evaluates() };
  },
  async refuse() {
    console.error('about to refuse');
    throw new Error('refused on purpose');
  },
  count() {
    const visits = Number(localStorage.getItem('visits')) + 1;
    localStorage.setItem('visits', visits);
    sessionStorage.setItem('visits', Number(sessionStorage.getItem('visits')) + 1);
    return { visits, inWindow: Number(sessionStorage.getItem('visits')) };
  },
  never() {
    return new Promise(() => {});
  },
  silent() {
    return undefined;
  },
};

function evaluates() {
  try {
    return eval('true');
  } catch {
    return false;
  }
}

globalThis.outcome = behaviours[location.search.slice(1)]();
