// Who is signed in. The token lives in memory and in this tab's sessionStorage, and nowhere else.
import { computed, reactive } from 'vue'
import { api, ask, useToken } from '@doorstep/kit/server.ts'
import type { Me } from '@doorstep/kit/types.ts'

/** A session that has ended or is locked keeps its page as it is, below the sign-in, so that nothing typed is lost. */
type State = 'out' | 'in' | 'ended' | 'locked' | 'enrol'

export const session = reactive<{ state: State; me: Me | null }>({ state: 'out', me: null })

const key = 'doorstep.token'
const idle = 15 * 60_000

let back: (other: boolean) => void = () => {}
/** whenBack is told when somebody has signed in again, and whether it is another person. */
export function whenBack(fn: (other: boolean) => void) {
  back = fn
}

function hold(token: string) {
  useToken(token, () => { if (session.state === 'in') leaveOpen('ended') })
  if (token) sessionStorage.setItem(key, token)
  else sessionStorage.removeItem(key)
}

function leaveOpen(state: 'ended' | 'locked') {
  hold('')
  session.state = state
}

async function settle() {
  const before = session.me?.id
  const me = await ask(api.GET('/api/doorstep/v1/me'))
  session.me = me
  session.state = 'in'
  if (before) back(before !== me.id)
}

/** resume takes up the session of this tab after a reload. */
export async function resume() {
  const token = sessionStorage.getItem(key)
  if (!token) return
  hold(token)
  try {
    await settle()
  } catch {
    hold('')
  }
}

export async function signIn(identity: string, password: string, code: string) {
  const got = await ask(api.POST('/api/collections/workers/auth-with-password', { body: code ? { identity, password, code } : { identity, password } }))
  hold(got.token)
  if (got.meta?.second_factor === 'enrol') session.state = 'enrol'
  else await settle()
}

export function signOut() {
  hold('')
  sessionStorage.clear()
  location.assign('/console/') // a new document: nothing that was read stays in memory
}

/** signOutEverywhere ends every session of this person's, on this machine and on others. */
export async function signOutEverywhere() {
  await ask(api.POST('/api/doorstep/v1/me/sessions/end', { body: { everywhere: true } }))
  signOut()
}

/** changePassword goes on in this tab; every other session ends. */
export async function changePassword(password: string, fresh: string, code: string) {
  hold((await ask(api.POST('/api/doorstep/v1/me/password', { body: { password, new: fresh, ...(code && { code }) } }))).token)
}

/** enrolled ends the time of a token that was good for enrolling alone. */
export function enrolled() {
  hold('')
  session.state = 'out'
}

export const may = (action: string) => !!session.me?.actions.includes(action)
export const barred = computed(() => session.state === 'ended' || session.state === 'locked')

let used = Date.now()
for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart']) addEventListener(event, () => { used = Date.now() }, { passive: true, capture: true })
setInterval(() => { if (session.state === 'in' && Date.now() - used > idle) leaveOpen('locked') }, 5_000)
