// Long work: begun here, done by the server, found again on any page after this one is closed.
import { computed, type Ref } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, ask, type Schemas } from '@doorstep/kit/server.ts'
import { useList } from './list'

export type Job = Schemas['Job']
export type Kind = Job['kind']
export const unfinished = (j: Job) => j.status === 'waiting' || j.status === 'running'

/** useJobs are the jobs of some kinds, or all, in an order; while one is unfinished, a page a second is asked for again. */
export function useJobs(kind: Kind | undefined, sort: Ref<'newest' | 'oldest'>) {
  return useList(['jobs', kind ?? '', sort], (cursor) => ask(api.GET('/api/doorstep/v1/jobs', { params: { query: { kind, sort: sort.value, cursor } } })), {
    refetchInterval: (pages) => (pages.some((p) => p.items.some(unfinished)) ? 1000 * pages.length : 60_000),
  })
}

/** useJob follows one job; none while the id is ''. */
export function useJob(id: Ref<string>) {
  const client = useQueryClient()
  const job = useQuery(computed(() => ({
    queryKey: ['job', id.value], enabled: !!id.value, refetchInterval: (q: { state: { data?: Job } }) => (!q.state.data || unfinished(q.state.data) ? 400 : false as const),
    queryFn: () => ask(api.GET('/api/doorstep/v1/jobs/{id}', { params: { path: { id: id.value } } })),
  })))
  const told = () => client.invalidateQueries({ queryKey: ['jobs'] })
  return { job: computed(() => (id.value ? job.data.value : undefined)), told }
}

/** listOf is a request with one file. */
export const listOf = <Q>(file: File, query: Q) => {
  const body = new FormData()
  body.append('file', file)
  return { params: { query }, body: body as never, bodySerializer: (b: unknown) => b as FormData }
}
