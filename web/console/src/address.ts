import { computed } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'

let soon: LocationQueryRaw | undefined

/**
 * useAddress returns what makes a part of the page's address by its name: what a list is narrowed to is the same after a reload, and for whoever
 * is sent the address. A part that says no more than other is left out, and ends is the part that another choice ends.
 */
export function useAddress(ends = '') {
  const route = useRoute()
  const router = useRouter()
  /** put changes the address once for all parts that are set together. */
  function put(name: string, value: string | undefined) {
    if (!soon) {
      soon = ends ? { [ends]: undefined } : {}
      queueMicrotask(() => {
        const query = { ...route.query, ...soon }
        soon = undefined
        void router.replace({ query })
      })
    }
    soon[name] = value
  }
  return <T extends string = string>(name: string, other = '' as T) => computed<T>({
    get: () => (route.query[name] ?? other) as T,
    set: (v) => put(name, v === other ? undefined : v),
  })
}
