// Values as text.

/** A value as text that tells any two apart. */
export function show(value) {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}[${Array.from(value, show).join(', ')}]`;
  return `{${Object.entries(value).map(([name, field]) => `${name}: ${show(field)}`).join(', ')}}`;
}
