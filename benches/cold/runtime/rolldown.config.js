// Bundles a page's script with the component that it imports, precompiled: `rolldown SCRIPT --config rolldown.config.js`.

import components from 'amphi-web/vite';

export default { plugins: [components({ types: false })] };
