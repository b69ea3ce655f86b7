// What the components import, by the names that jco's output asks for.

const unknown = () => 'unknown';

export const host = { addOne: (x) => (x + 1) >>> 0, measure: (text) => text.length };
export const log = { recordMessage() {} };
export const customRedact = { detectSensitiveInfo: () => [], redactSensitiveInfo: () => undefined };
export const botIdentifier = { detect: () => [] };
export const emailValidatorOverrides = {
  isFreeEmail: unknown, isDisposableEmail: unknown, hasMxRecords: unknown, hasGravatar: unknown,
};
export const filterOverrides = { ipLookup: () => undefined };
export const sensitiveInformationIdentifier = { detect: () => [] };
export const verifyBot = { verify: () => 'unverifiable' };
