import type { Said } from './language'

export interface Issue { code: string; severity: string; text: Said; ref?: string | null }
export interface Row {
  ref: string; depth: number; kind: 'group' | 'repeat' | 'question'; label: Said; type?: string; value?: unknown; text?: Said | null
  masked?: boolean; relevant?: boolean; issues?: Issue[] | null; changed?: boolean
  file?: { id: string; name: string; type: string } | null
  reveal?: { collection: string; id: string; field: string } | null
  was?: Said | null; version?: string; damaged?: boolean
}
export interface Page<T> { items: T[]; next: string | null }
export interface QueueItem {
  collection: string; id: string; rev: number; form: string; form_version: string; state: string; area: string; area_name: string
  worker: string; worker_name: string; outcome: Said; finished_at: string; received_at: string; minutes: number | null
  errors: number; warnings: number; codes: string[]; photos: number; returned_before: boolean
}
export interface Counts { by_state: Record<string, { n: number; more?: boolean }>; by_form: { form: string; title: Said; n: number; more?: boolean }[] }
export interface FullRecord {
  collection: string; id: string; rev: number; state: string; form: string; title: Said; form_version: string; versions: string[]; outcome: Said; complete: boolean; damaged: boolean
  worker: { id: string; name: string; staff_no: string }
  area: { code: string; name: string; path: string[] }
  household: { id: string; address_masked: string; head_masked: string } | null
  times: { started: string; finished: string; received: string; seconds: number | null }
  location: Place | null
  readers: { id: string; name: string; until: string }[]
  rows: Row[]; issues: Issue[]
  earlier: { collection: string; id: string; form: string; finished_at: string; received_at: string; state: string; outcome: Said; same: string }[]
  review: { at: string; by: { id: string; name: string; staff_no: string }; decision: string; comment: string; fields?: Pinned[] | null }[]
  can: Record<string, Said | null>
}
export interface Place { masked: boolean; lat: number | null; lon: number | null; accuracy_m: number; outline: unknown; inside: boolean | null; household_m: number | null }
export interface Pinned { ref: string; comment: string }
export interface Area { code: string; name: string; level: string; children: boolean }
export interface Me {
  id: string; staff_no: string; name: string; role: string; territory: { code: string; name: string; level: string }[]
  actions: string[]; second_factor: string
}
export interface Today {
  queue: Record<string, number>
  reports: { open: number; overdue: number; first: { task: string; title: string; due: string; area: string; area_name: string }[] }
  duplicates: number; quarantine: number; unplaced: number
  tablets: { device: string; worker: string; worker_name: string; last_seen: string; waiting?: number }[]
  yesterday: { visits: number; complete: number }
}
export interface Side { [field: string]: unknown }
export interface Pair {
  id: string; kind: string; status?: string; area: string; area_b?: string; rule: string; weight?: number; created: string
  a?: Side; b?: Side
  rows?: { field: string; label: Said; a: string; b: string; equal: boolean | null }[]
  can?: Record<string, string | null>
}
export interface HeldItem {
  id: string; code: string; message: string; form: string; version: string; worker: string; worker_name?: string; area: string
  channel: string; received_at: string; raw?: string
}
export interface HeldOne extends Partial<HeldItem> { why: Said | string; rows?: Row[] }
export interface Staff {
  id: string; staff_no: string; name: string; role: string; area_name: string; active: boolean; second_factor: string | boolean
  devices: { id: string; name: string; last_seen: string; revoked: boolean }[]
}
export interface FormVersion { form: string; title: string; version: string; status: string; published_at: string; submissions: number }
