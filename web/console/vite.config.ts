import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// Every file is named by its content and nothing is inlined: the policy of the pages takes no data: addresses.
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [vue()],
  build: { target: 'es2022', rolldownOptions: { input: ['index.html', 'fill.html'].map((page) => import.meta.dirname + '/' + page) }, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { proxy: { '/api': 'http://127.0.0.1:8090' } },
})
