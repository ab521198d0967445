// Lists that may be longer than a browser should hold: a few pages of them are kept, there where the reader is.
import { computed, type Ref, unref, watch } from 'vue'
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'
import { say, t } from '@doorstep/kit/language.ts'
import type { Problem } from '@doorstep/kit/server.ts'
import { note } from './notes'

const kept = 5
/** rest is how long a page is not asked for anew by who works through it. */
const rest = 4_000

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
    const without = (was: InfiniteData<P> | undefined) => was && { ...was, pages: was.pages.map((p) => ({ ...p, items: p.items.filter((i) => !done(i)) })) }
    client.setQueryData(queryKey, without, { updatedAt: list.dataUpdatedAt.value })
    void client.invalidateQueries({ queryKey: [queryKey[0]], refetchType: 'none' })
  }
  /** renew asks anew for what is kept, the more seldom the more pages that is: who works through a long list costs no more than in a short one. */
  function renew() {
    if (Date.now() - list.dataUpdatedAt.value >= rest * (list.data.value?.pages.length ?? 0)) void list.refetch()
  }
  /** turn asks for the page behind, or before, where there is one; what is on its way is not asked for twice. */
  async function turn(by: 1 | -1) {
    if ((by > 0 ? list.hasNextPage : list.hasPreviousPage).value) await (by > 0 ? list.fetchNextPage : list.fetchPreviousPage)({ cancelRefetch: false })
  }
  /** pageOf is where the page of a row begins, if it is kept. */
  function pageOf(row: (i: P['items'][number]) => boolean) {
    const { pages, pageParams } = list.data.value ?? { pages: [], pageParams: [] }
    return pageParams[pages.findIndex((p) => p.items.some(row))] as At | undefined
  }
  /** open keeps the page that begins there, and no other. */
  async function open(at: At) {
    const one = await page(at.cursor || undefined, new AbortController().signal)
    await client.cancelQueries({ queryKey }) // what was begun meanwhile goes on from the pages of before
    client.setQueryData<InfiniteData<P, At>>(queryKey, { pages: [one], pageParams: [at] })
  }
  return { ...list, items, key: computed(() => JSON.stringify(queryKey.map(unref))), drop, renew, turn, pageOf, open }
}

/** heard comes back once a list has what was fetched for it: it is told in a task of its own. */
const heard = () => new Promise((done) => setTimeout(done))

/** useWalk is the way through the rows of a list, of which the one whose key is at is shown. The list may be scrolled away from that row. */
export function useWalk<I>(list: List, items: Ref<I[]>, at: Ref<string>, keyOf: (i: I) => string) {
  const index = computed(() => items.value.findIndex((i) => keyOf(i) === at.value))
  let last: { key: string; page: At } | undefined // the row that was shown last
  watch(list.key, () => { last = undefined })
  watch([index, items], () => {
    const page = index.value < 0 ? undefined : list.pageOf((i) => keyOf(i as I) === at.value)
    if (page) last = { key: at.value, page }
  }, { immediate: true })

  /** beside is the row behind the one that was shown last, or before it; its page is asked for where it is not kept. */
  async function beside(by: 1 | -1): Promise<I | undefined> {
    const place = () => items.value.findIndex((i) => keyOf(i) === last?.key)
    try {
      if (last && place() < 0) await list.open(last.page).then(heard)
      if (place() < 0) return by > 0 ? items.value[0] : undefined
      if (!items.value[place() + by]) await list.turn(by).then(heard)
    } catch (e) { note(say((e as Problem).said) || t('problem.offline'), true) }
    return items.value[place() + by]
  }
  /** after is where one goes when the row that is shown is done with. */
  const after = async () => await beside(1) ?? await beside(-1)
  /** ahead are the next rows, as far as they are kept. */
  const ahead = (n: number) => (index.value < 0 ? [] : items.value.slice(index.value + 1, index.value + 1 + n))
  return { index, beside, after, ahead }
}
