import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { Problem } from '@doorstep/kit/server.ts'
import App from './App.vue'
import { router } from './router'
import { resume, whenBack } from './session'
import '@doorstep/kit/base.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      retry: (times, e) => e instanceof Problem && e.status === 0 && times < 2,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
whenBack((other) => void (other ? queries.clear() : queries.invalidateQueries()))

await resume()
createApp(App).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app')
