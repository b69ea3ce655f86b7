
const request = { ip: '192.0.2.17', method: 'GET', protocol: 'https:', host: 'example.com', path: '/', headers: { 'user-agent': 'curl/8.14.1' }, cookies: '', query: '', extra: {} };
const names = ['ip.src', 'http.request.headers["user-agent"]'].flatMap(place);
const list = core.cabi_realloc(0, 0, 4, names.length * 4);
new Uint32Array(core.memory.buffer, list, names.length).set(names);
const result = core['generate-fingerprint'](...place(JSON.stringify(request)), list, 2);
tell(text(result + 4), 'fp::2::9aea7d795394d1f079e6b9b89484631cdc5f59ac5b1efec299bd60e91600bc95');
core['cabi_post_generate-fingerprint'](result);
