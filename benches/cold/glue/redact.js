
// Neither entities nor a window, and both hooks are skipped.
const list = core.redact(...place('Write to ada@example.com.'), 0, 0, 0, 0, 0, 1, 1);
tell(text(word(list) + 8), '<Redacted email #0>');
core.cabi_post_redact(list);
