// The outcome, for whoever drives the page, is there from the first moment; what it waits for is loaded afterwards.

const tell = (text) => (document.getElementById('state').textContent = text);

globalThis.outcome = import('./run.js').then(({ report }) => report(tell));
globalThis.outcome.catch((error) => tell(String(error)));
