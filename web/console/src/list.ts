// Lists that may be longer than a browser should hold: a few pages of them are kept, there where the reader is.
import { computed } from 'vue'
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'

const kept = 5

interface Page { items: unknown[]; next?: string | null }
/** At is where a page begins, and where the one before it does. */
interface At { cursor: string; before?: At }
interface More<P> { enabled?: () => boolean; refetchInterval?: (pages: P[]) => number }

export type List = ReturnType<typeof useList>

/** useList is a list that comes in pages; page asks for the one behind a cursor, or for the first. */
export function useList<P extends Page>(queryKey: readonly unknown[], page: (cursor: string | undefined, signal: AbortSignal) => Promise<P>, more: More<P> = {}) {
  const client = useQueryClient()
  const list = useInfiniteQuery({
    queryKey, maxPages: kept, enabled: more.enabled ?? true, initialPageParam: { cursor: '' } as At,
    getNextPageParam: (p: P, _: unknown, at: At): At | undefined => (p.next ? { cursor: p.next, before: at } : undefined),
    getPreviousPageParam: (_: P, __: unknown, at: At) => at.before,
    queryFn: ({ pageParam, signal }) => page(pageParam.cursor || undefined, signal),
    refetchInterval: (q) => more.refetchInterval?.(q.state.data?.pages ?? []) ?? false,
  })
  const items = computed(() => (list.data.value?.pages.flatMap((p) => p.items) ?? []) as P['items'])

  /** drop takes out what is done with; what is kept counts as old from then on. */
  async function drop(done: (i: P['items'][number]) => boolean) {
    if (list.isFetching.value) await list.refetch({ cancelRefetch: false }) // what is on its way may still have it
    client.setQueryData<InfiniteData<P>>(queryKey, (was) => was && { ...was, pages: was.pages.map((p) => ({ ...p, items: p.items.filter((i) => !done(i)) })) })
    void client.invalidateQueries({ queryKey: [queryKey[0]], refetchType: 'none' })
  }
  /** renew asks anew for a list of a single page: who works through a longer one is not to wait for all that was scrolled past. */
  function renew() {
    if (list.data.value?.pages.length === 1) void list.refetch()
  }
  return { ...list, items, drop, renew }
}
