// Errors on their way between a page and a Worker, as far as they can be copied. `values` encodes and decodes payloads.

import { ComponentError, Exit, LinkError, Trap } from '../errors.js';

/** An error as it is sent. */
export function encodeError(error, values) {
  if (!(error instanceof Error)) return { thrown: values.encode(error) };
  const { name, message, kind, status, missing } = error;
  const payload = Object.hasOwn(error, 'payload') ? { payload: values.encode(error.payload) } : {};
  return { name, message, kind, status, missing, ...payload };
}

const BUILT_IN = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error as it was before. */
export function decodeError(sent, values) {
  if (Object.hasOwn(sent, 'thrown')) return values.decode(sent.thrown);
  switch (sent.name) {
    case 'ComponentError':
      return new ComponentError(values.decode(sent.payload));
    case 'Trap':
      return new Trap(sent.message, sent.kind);
    case 'Exit':
      return new Exit(sent.status);
    case 'LinkError':
      return new LinkError(sent.missing);
    default: {
      const Type = Object.hasOwn(BUILT_IN, sent.name) ? BUILT_IN[sent.name] : Error;
      const error = new Type(sent.message);
      return Object.hasOwn(sent, 'payload') ? Object.assign(error, { payload: values.decode(sent.payload) }) : error;
    }
  }
}
