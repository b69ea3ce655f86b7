import { load } from '/amphi-web/index.js';

const { exports } = await load('component.wasm', {
  imports: { 'arcjet:redact/custom-redact': { detectSensitiveInfo: () => [], redactSensitiveInfo: () => undefined } },
});
const [found] = exports.redact('Write to ada@example.com.', { skipCustomDetect: true, skipCustomRedact: true });
tell(found.redacted, '<Redacted email #0>');
