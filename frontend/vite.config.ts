import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// The oldest engines the window runs on: WebKitGTK 2.40 (Safari 16.4's
// features) and the WebView2 that Windows 10 keeps up to date.
const engines = ['safari16.4', 'chrome110'];

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `vite build --mode gallery` builds the page of components for screenshots;
// it is never part of the program's dist.
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte(), fetchLettersAtOnce()],
  resolve: {
    // Vitest must load Svelte's browser half, or nothing mounts in happy-dom.
    conditions: mode === 'test' ? ['browser'] : undefined,
  },
  css: { transformer: 'postcss' },
  build: {
    target: engines,
    // Lightning CSS lowers light-dark() and nesting for those engines.
    cssTarget: engines,
    cssMinify: 'lightningcss',
    // The policy allows no inlined fonts and no script made from text.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    emptyOutDir: true,
    reportCompressedSize: true,
    rolldownOptions: {
      input: at(mode === 'gallery' ? './gallery.html' : './index.html'),
      treeshake: {
        // Parts do nothing by being imported, so a page fetches those it draws
        // and not all that their index names.
        moduleSideEffects: [
          { test: /\/shared\/[a-z]+\/(index\.ts|[A-Z]\w+\.svelte)$/, sideEffects: false },
        ],
      },
      output: {
        codeSplitting: {
          groups: [
            // One chunk a language, so that a start fetches one language only.
            {
              name: (id: string) => languageChunk(id),
              debugName: 'strings',
              test: /[\\/]strings[\\/][\w-]+\.json$/,
            },
            // Icons and shared logic are many small files: one chunk, or a start
            // would make fifty requests.
            {
              name: 'base',
              test: /[\\/]@lucide[\\/]|[\\/]src[\\/](bridge|shared[\\/](actions|errors|format|i18n|leads|router|stores))[\\/][\w.]+\.ts$/,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
}));

// What a start shows in the first language is apart from what other pages say
// (shared/i18n).
function languageChunk(id: string): string | null {
  const found = /[\\/]strings[\\/]([\w-]+)\.json$/.exec(id);
  if (!found) return null;
  const later = /[\\/]features[\\/](?!board|conflicts|lead|list|reminders)/.test(id);
  return found[1] === 'pt-BR' && later ? 'strings-pt-BR-later' : `strings-${found[1]}`;
}

/** Names the letters in the HTML: else they are asked for only once a text is drawn. */
function fetchLettersAtOnce(): Plugin {
  return {
    name: 'fetch-letters-at-once',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((name) => /inter-latin-wght.*woff2$/.test(name))
          .map((name) => ({
            tag: 'link',
            attrs: {
              rel: 'preload',
              crossorigin: true,
              href: `./${name}`,
              as: 'font',
              type: 'font/woff2',
            },
            injectTo: 'head' as const,
          })),
    },
  };
}
