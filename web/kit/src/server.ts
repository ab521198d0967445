import createClient from 'openapi-fetch'
import { ref } from 'vue'
import type { Said } from './language'
import type { paths, components } from './schema'

export type Schemas = components['schemas']

/** Problem is what the server, or the way to it, answers instead of what was asked for. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly said: Said,
    readonly detail = '',
    readonly mistakes: Schemas['Mistake'][] = [],
    readonly wait = 0,
    readonly request = '',
    readonly fields: Record<string, string> = {}, // what is wrong with each field of an account, in both languages
  ) {
    super(code)
  }
}

/** reachable is false from the first request that got no answer to the next one that did. */
export const reachable = ref(true)

/** token is who asks. It is kept for this tab alone. */
let token = ''
let ended: () => void = () => {}
export function useToken(value: string, whenEnded: () => void) {
  token = value
  ended = whenEnded
}

/** reach sends a request in the name of who is signed in. */
export async function reach(input: Request): Promise<Response> {
  if (token && !input.headers.has('Authorization')) input.headers.set('Authorization', token)
  try {
    const res = await fetch(input)
    reachable.value = true
    return res
  } catch (e) {
    if (!input.signal.aborted) reachable.value = false
    throw e
  }
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: reach })

interface Framework { message?: string; data?: { code?: string } & Record<string, unknown> }

function problemOf(body: unknown, res: Response): Problem {
  const p = (body ?? {}) as Partial<Schemas['Problem']> & Framework
  const wait = Number(res.headers.get('Retry-After') ?? 0)
  const code = p.code ?? p.data?.code ?? `http.${res.status}`
  const said = typeof p.message === 'object' ? p.message : { zh: p.message ?? '', en: p.message ?? '' }
  const mistakes = Array.isArray(p.data) ? p.data : []
  const fields = Object.fromEntries(Object.entries(mistakes.length ? {} : p.data ?? {}).flatMap(([name, f]) => {
    const wrong = (f as { message?: unknown } | null)?.message
    return typeof wrong === 'string' ? [[name, wrong]] : []
  }))
  return new Problem(code, res.status, said, p.detail, mistakes, wait, res.headers.get('X-Request-Id') ?? '', fields)
}

/** ask waits for an answer and returns what it holds. It throws a Problem; a session that has ended is told to whoever keeps it. */
export async function ask<T>(sent: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let got
  try {
    got = await sent
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw new Problem('offline', 0, { zh: '连接不上服务器。', en: 'The server cannot be reached.' })
  }
  if (got.response.ok) return got.data as T
  const problem = problemOf(got.error, got.response)
  if (problem.status === 401 && token) ended()
  throw problem
}

/** fileOf fetches a file of a record; the token cannot stand in an address of an image. */
export async function fileOf(id: string, thumb = false): Promise<Blob> {
  const res = await reach(new Request(`/api/doorstep/v1/attachments/${encodeURIComponent(id)}${thumb ? '?thumb=1' : ''}`))
  if (!res.ok) throw problemOf(await res.json().catch(() => null), res)
  return res.blob()
}

/** keep hands a file to the browser to be saved. */
export function keep(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob)
  const a = Object.assign(document.createElement('a'), { href: url, download: name })
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** stream fetches a long answer and reports how many bytes have come. It throws when it breaks off. */
export async function stream(path: string, came: (bytes: number) => void): Promise<Blob> {
  const res = await reach(new Request(path))
  if (!res.ok) throw problemOf(await res.json().catch(() => null), res)
  const parts: BlobPart[] = []
  let bytes = 0
  const reader = res.body!.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    came((bytes += part.value.byteLength))
  }
  return new Blob(parts, { type: res.headers.get('Content-Type') ?? '' })
}
