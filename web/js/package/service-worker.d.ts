import type { Source, Wasi } from './index.js';

export interface AnswerOptions {
  /** What each instance is granted; every request has an instance of its own. */
  wasi?: Wasi;
  /** Which requests the component answers; without this, all of the scope. */
  matches?: (request: Request) => boolean;
}

/**
 * Answers the scope's fetches by the component's `wasi:http/incoming-handler`. To be called while the service worker's script runs first.
 */
export function answerFetches(source: Exclude<Source, Response | Promise<Response>>, options?: AnswerOptions): void;
