import { redact } from './component.js';

const [found] = redact('Write to ada@example.com.', { skipCustomDetect: true, skipCustomRedact: true });
tell(found.redacted, '<Redacted email #0>');
