// Short notes at the foot of the page, read out to those who listen.
import { reactive } from 'vue'

export interface Note { id: number; text: string; bad: boolean }
export const notes = reactive<Note[]>([])
let next = 1

export function note(text: string, bad = false) {
  for (const same of notes.filter((n) => n.text === text)) unnote(same.id)
  const id = next++
  notes.push({ id, text, bad })
  setTimeout(() => unnote(id), bad ? 9000 : 5000)
}
export function unnote(id: number) {
  const i = notes.findIndex((n) => n.id === id)
  if (i >= 0) notes.splice(i, 1)
}
