// Corrections that are being written, by record and question. They hold answers of people, so they stay in memory alone.
import { reactive } from 'vue'

/** Fix is an answer as it was when somebody began to correct it, and as it is to be. */
export interface Fix { was: string; value: string }

export const corrections = reactive<Record<string, Record<string, Fix>>>({})

/** changed are the answers of a record that would differ. */
export const changed = (key: string) => Object.entries(corrections[key] ?? {}).filter(([, f]) => f.value.trim() !== f.was.trim())
