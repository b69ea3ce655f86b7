/** The engine for components that import WASI with HTTP, or are granted directories. A page gets it from `amphi-web/runtime` when it is needed; a Worker imports it beside that. */
export {};
