import { load } from './component.wasm?component';

const { exports } = await load({ 'arcjet:redact/custom-redact': { detectSensitiveInfo: () => [], redactSensitiveInfo: () => undefined } });
const [found] = exports.redact('Write to ada@example.com.', { skipCustomDetect: true, skipCustomRedact: true });
tell(found.redacted, '<Redacted email #0>');
