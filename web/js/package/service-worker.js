// For service workers: a component answers what the pages of a scope fetch. Every import is static, since a service worker may do no other.

import { compile } from './index.js';

/**
 * Answers the scope's fetches by the component's `wasi:http/incoming-handler`, but for those that `matches` leaves to the network. To be called
 * while the service worker's script runs first.
 */
export function answerFetches(source, { wasi, matches = () => true } = {}) {
  let compiling;
  const compiled = () => {
    compiling ??= compile(source).catch((error) => {
      // Another attempt may fare better.
      compiling = undefined;
      throw error;
    });
    return compiling;
  };
  addEventListener('install', (event) => event.waitUntil(Promise.all([compiled(), skipWaiting()])));
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('fetch', (event) => {
    const { request } = event;
    if (matches(request)) event.respondWith(answered(compiled, request, wasi));
  });
}

/** The component's response, or one that says why there is none. */
async function answered(compiled, request, wasi) {
  try {
    return await (await compiled()).answer(request, { wasi });
  } catch (error) {
    return new Response(`${error.message}\n`, { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  }
}
