// Short notes at the foot of the page, read out to those who listen; what goes wrong in a dialog is told there.
import { onBeforeUnmount, reactive, watch } from 'vue'

export interface Note { id: number; text: string; bad: boolean }
export const notes = reactive<Note[]>([])
let next = 1

/** places are the dialogs that are open, the last on top: nothing below it is seen, or read out. */
const places: ((wrong: string) => void)[] = []
/** useNotes has what goes wrong told to a dialog while it is open. */
export function useNotes(open: () => boolean, tell: (wrong: string) => void) {
  const end = () => { if (places.includes(tell)) places.splice(places.indexOf(tell), 1) }
  watch(open, (is) => { if (is) places.push(tell); else end() }, { immediate: true })
  onBeforeUnmount(end)
}

export function note(text: string, bad = false) {
  const place = places.at(-1)
  if (bad && place) return place(text)
  for (const same of notes.filter((n) => n.text === text)) unnote(same.id)
  const id = next++
  notes.push({ id, text, bad })
  setTimeout(() => unnote(id), bad ? 9000 : 5000)
}
export function unnote(id: number) {
  const i = notes.findIndex((n) => n.id === id)
  if (i >= 0) notes.splice(i, 1)
}
