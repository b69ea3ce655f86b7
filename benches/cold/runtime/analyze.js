import { load } from './component.wasm?component';

const unknown = () => 'unknown';
const { exports } = await load({
  'arcjet:js-req/bot-identifier': { detect: () => [] },
  'arcjet:js-req/email-validator-overrides': {
    isFreeEmail: unknown, isDisposableEmail: unknown, hasMxRecords: unknown, hasGravatar: unknown,
  },
  'arcjet:js-req/filter-overrides': { ipLookup: () => undefined },
  'arcjet:js-req/sensitive-information-identifier': { detect: () => [] },
  'arcjet:js-req/verify-bot': { verify: () => 'unverifiable' },
});
const request = { ip: '192.0.2.17', method: 'GET', protocol: 'https:', host: 'example.com', path: '/', headers: { 'user-agent': 'curl/8.14.1' }, cookies: '', query: '', extra: {} };
const fingerprint = exports.generateFingerprint(JSON.stringify(request), ['ip.src', 'http.request.headers["user-agent"]']);
tell(fingerprint, 'fp::2::9aea7d795394d1f079e6b9b89484631cdc5f59ac5b1efec299bd60e91600bc95');
