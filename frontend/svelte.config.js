/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  compilerOptions: {
    // Templates are built with createElement: no innerHTML in the program.
    fragments: 'tree',
  },
};
