import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import vue from '@vitejs/plugin-vue'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

/** Everything only branch and office need is built into assets/office/, so that it can be kept off a field phone. */
const ofOffice = (paths: readonly string[]) => paths.some((path) => /screens\/(branch|office|desk)\/|i18n\/(zh-CN\/|en\/)?office|element-plus/.test(path))

const server = 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [
    vue(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false,
      injectManifest: {
        globPatterns: ['**/*.{js,css,html,svg,png,woff2}'],
        // A field phone keeps nothing of the office.
        globIgnores: ['assets/office/**'],
      },
      manifest: {
        name: '家门口 Doorstep',
        short_name: '家门口',
        description: '走访、问题、照片：在家门口记下，件件有回应',
        lang: 'zh-CN',
        start_url: '/',
        display: 'standalone',
        theme_color: '#b3261e',
        background_color: '#faf7f4',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The pages are served under a policy without data: and inline sources, so nothing may be inlined.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rollupOptions: {
      output: {
        chunkFileNames: ({ moduleIds, facadeModuleId }) =>
          ofOffice(facadeModuleId ? [facadeModuleId] : moduleIds) ? 'assets/office/[name]-[hash].js' : 'assets/[name]-[hash].js',
        assetFileNames: ({ originalFileNames, names }) =>
          ofOffice([...originalFileNames, ...names]) ? 'assets/office/[name]-[hash][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
  },
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: { '/api': server, '/sync': server } },
  test: {
    projects: [
      { extends: true, test: { name: 'rules', environment: 'node', include: ['src/**/*.test.ts'], exclude: ['src/storage/**'] } },
      {
        // Storage is tried on the IndexedDB of a real browser: imitations of it differ where it matters.
        extends: true,
        test: {
          name: 'storage',
          include: ['src/storage/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
