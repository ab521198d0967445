import { computed } from 'vue'
import { useQueries } from '@tanstack/vue-query'
import { api, ask } from '@doorstep/kit/server.ts'
import { session } from './session'

/** depths are how many digits of a code name a city, a district, a street and a community. */
export const depths = [4, 6, 9, 12]

/** listAreas asks for the areas right below one. */
export const listAreas = (parent: string) => ({
  queryKey: ['areas', parent], staleTime: 600_000, queryFn: async () => (await ask(api.GET('/api/doorstep/v1/areas', { params: { query: { parent } } }))).items,
})

/** useAreaNames returns the names of areas of which an address tells the codes, each found among those right below the next larger one. */
export function useAreaNames(codes: () => string[]) {
  const own = computed(() => session.me?.territory ?? [])
  const parents = computed(() => [...new Set(codes().filter((c) => !own.value.some((a) => a.code === c)).map((c) => c.slice(0, depths.findLast((n) => n < c.length) ?? 0)).filter(Boolean))])
  const lists = useQueries({ queries: computed(() => parents.value.map(listAreas)) })
  return computed(() => Object.fromEntries([...own.value, ...lists.value.flatMap((l) => l.data ?? [])].map((a) => [a.code, a.name])))
}
