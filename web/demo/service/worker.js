// The service worker: a component answers what the page asks `words`, but for requests that are to be answered natively.

import { answerFetches } from "../amphi-web/service-worker.js";

answerFetches("../components/words.page", {
  matches: ({ url, headers }) => new URL(url).pathname.endsWith("/service/words") && !headers.has("x-natively"),
});
