// An application of Vite's that imports a component.

import components from 'amphi-web/vite';

export default { base: '/base/', plugins: [components()], build: { target: 'esnext' } };
