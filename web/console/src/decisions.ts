// Decisions on their way to the server. Each is held for ten seconds, in which it can be undone; then it is sent, again and
// again while the server cannot be reached. Until it is answered it is kept in this tab's storage: a reload loses nothing.
import { computed, reactive, ref, watch } from 'vue'
import { api, ask, Problem, reachable } from '@doorstep/kit/server.ts'
import type { Pinned } from '@doorstep/kit/types.ts'
import { session } from './session'

export type Verdict = 'approve' | 'return' | 'reject' | 'reopen'
/** Same is a decision about a pair, whose collection is pairs and which has no revision. */
export type Same = 'same' | 'different' | 'unsure'
export const pairs = 'duplicates'
export interface Waiting {
  by: string; collection: string; id: string; rev: number; what: string; decision: Verdict | Same; comment: string; fields: Pinned[]
  due: number; state: 'held' | 'sending' | 'refused'; problem?: { zh: string; en: string }
  again?: boolean // it was on its way when the page was left: the server may have it
}

export const holdFor = 10_000
const key = 'doorstep.decisions'
const stored = JSON.parse(sessionStorage.getItem(key) ?? '[]') as Waiting[]

export const waiting = reactive<Waiting[]>(stored.map((w) => (w.state === 'sending' ? { ...w, state: 'held', due: 0, again: true } : w)))
export const now = ref(Date.now())
export const unsent = computed(() => waiting.filter((w) => w.state !== 'refused' && w.due <= now.value).length)
export const refused = computed(() => waiting.filter((w) => w.state === 'refused'))
/** last is the decision that undo takes back. */
export const last = computed(() => waiting.filter((w) => w.state === 'held' && w.due > now.value).at(-1))
export const settles = (collection: string, id: string) => waiting.some((w) => w.collection === collection && w.id === id && w.state !== 'refused')

watch(waiting, () => sessionStorage.setItem(key, JSON.stringify(waiting)), { deep: true })

const listeners = new Set<(w: Waiting, said: unknown) => void>()
/** whenTold calls fn with each decision that the server has taken, until what it returns is called. */
export function whenTold(fn: (w: Waiting, said: unknown) => void) {
  listeners.add(fn)
  return () => void listeners.delete(fn)
}

export function decide(w: Pick<Waiting, 'collection' | 'id' | 'rev' | 'what' | 'decision' | 'comment' | 'fields'>) {
  drop(w)
  waiting.push({ ...w, by: session.me?.id ?? '', due: Date.now() + holdFor, state: 'held' })
  now.value = Date.now()
}

export function drop(w: Pick<Waiting, 'collection' | 'id'>) {
  const i = waiting.findIndex((o) => o.collection === w.collection && o.id === w.id)
  if (i >= 0) waiting.splice(i, 1)
}

/** undo takes back the last decision that is still held and returns it. */
export function undo(): Waiting | undefined {
  const w = last.value
  if (w) drop(w)
  return w
}

const post = (w: Waiting, keepalive: boolean): Promise<unknown> => (w.collection === pairs
  ? ask<unknown>(api.POST('/api/doorstep/v1/duplicates/{id}/decide', { params: { path: { id: w.id } }, body: { status: w.decision as Same, comment: w.comment }, keepalive }))
  : ask(api.POST('/api/doorstep/v1/records/{collection}/{id}/review', {
    params: { path: { collection: w.collection, id: w.id } },
    body: { decision: w.decision as Verdict, comment: w.comment, rev: w.rev, fields: w.fields }, keepalive,
  })))

const becomes = { approve: 'approved', return: 'returned', reject: 'rejected', reopen: 'received', same: 'same', different: 'different', unsure: 'open' }
/** stands reports whether what was decided is so already. */
async function stands({ collection, id, decision }: Waiting): Promise<boolean> {
  const now = collection === pairs
    ? (await ask(api.GET('/api/doorstep/v1/duplicates/{id}', { params: { path: { id } } }))).status
    : (await ask(api.GET('/api/doorstep/v1/records/{collection}/{id}', { params: { path: { collection, id } } }))).state
  return now === becomes[decision]
}

async function send(w: Waiting, keepalive = false) {
  w.state = 'sending'
  const done = (said: unknown) => {
    drop(w)
    for (const told of listeners) told(w, said)
  }
  try {
    done(await post(w, keepalive))
  } catch (e) {
    const p = e as Problem
    if (p.status === 0 || p.status === 401 || p.status === 429 || p.status >= 500) {
      w.state = 'held'
      w.due = Math.min(w.due, Date.now())
    } else if (w.again && await stands(w).catch(() => false)) {
      done(undefined)
    } else {
      w.state = 'refused'
      w.problem = p.said
    }
  }
}

/** flush sends what is due, or everything at once when the page is left. */
function flush(all = false) {
  now.value = Date.now()
  if (session.state !== 'in') return
  for (const w of waiting) if (w.state === 'held' && w.by === session.me?.id && (all || (w.due <= now.value && reachable.value))) void send(w, all)
}
setInterval(flush, 500)
addEventListener('pagehide', () => flush(true))

setInterval(() => {
  if (!reachable.value) void fetch('/api/health').then(() => { reachable.value = true }, () => {})
}, 2_000)
