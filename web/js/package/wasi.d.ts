/** The engine for components that import WASI without HTTP. A page gets it from `amphi-web/runtime` when it is needed; a Worker imports it beside that. */
export {};
