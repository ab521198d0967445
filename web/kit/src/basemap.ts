// The base map under the drawings, which comes through this server alone. Its squares are kept in the memory of this tab.
import { ref } from 'vue'
import { api, ask, reach, type Schemas } from './server'

export const baseMap = ref<Schemas['BaseMap']>({ on: false, datum: '', credit: '', largest_zoom: 0 })

/** baseMapFails is true from the first square that did not come to the next one that did. */
export const baseMapFails = ref(false)

let asked = false
/** readBaseMap asks once whether there is a base map. */
export async function readBaseMap() {
  if (asked) return
  asked = true
  try { baseMap.value = await ask(api.GET('/api/doorstep/v1/base-map')) } catch { asked = false }
}

const most = 400 // squares that are kept
const atOnce = 3 // that are asked for, so that the page's own requests do not wait for the tile server
const kept = new Map<string, Promise<string>>()
const waiting: (() => void)[] = []
let free = atOnce

/** readBaseMapAnew asks again, since another one may have been set; squares of the one before are forgotten. */
export async function readBaseMapAnew() {
  asked = false
  for (const coming of kept.values()) void coming.then((url) => { if (url) URL.revokeObjectURL(url) })
  kept.clear()
  baseMapFails.value = false
  await readBaseMap()
}

/** squareOf gives the address of a square's picture in this tab; an empty one where there is none. */
export function squareOf(key: string): Promise<string> {
  const known = kept.get(key)
  if (known) return known
  const coming = fetched(key)
  kept.set(key, coming)
  const oldest = kept.keys().next().value
  if (kept.size > most && oldest) {
    void kept.get(oldest)!.then((url) => URL.revokeObjectURL(url))
    kept.delete(oldest)
  }
  return coming
}

async function fetched(key: string): Promise<string> {
  if (free > 0) free--
  else await new Promise<void>((go) => waiting.push(go))
  try {
    const res = await reach(new Request('/api/doorstep/v1/base-map/' + key))
    if (res.ok) {
      baseMapFails.value = false
      return URL.createObjectURL(await res.blob())
    }
    if (res.status !== 404) throw new Error(key)
  } catch {
    kept.delete(key) // asked for again with the next drawing
    baseMapFails.value = true
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return ''
}
