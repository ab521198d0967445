// Lists that have no route of their own: read from the collections, whose rules keep to the territory and mask what is personal.
import type { Said } from '@doorstep/kit/language.ts'
import { api, ask, rest } from '@doorstep/kit/server.ts'
import { may } from './session'

export interface Page<T> { items: T[]; next: string | null }
export interface Area { code: string; name: string; level: string }

const page = <T>(got: { items: T[]; page: number; totalPages: number }): Page<T> => ({ items: got.items, next: got.page < got.totalPages ? String(got.page + 1) : null })

/** below lists the areas that lie right below one. */
export async function below(parent: string): Promise<Area[]> {
  return (await rest<Area>('areas', { filter: `parent='${parent}'`, sort: 'code', fields: 'code,name,level', perPage: 200 })).items
}

/** namesOf returns the names of areas by their codes; those that are not to be seen are missing. */
export async function namesOf(codes: string[]): Promise<Record<string, string>> {
  const all = [...new Set(codes.filter((c) => /^\w+$/.test(c)))].slice(0, 40)
  if (!all.length) return {}
  const { items } = await rest<Area>('areas', { filter: all.map((c) => `code='${c}'`).join(' || '), fields: 'code,name,level', perPage: 40 })
  return Object.fromEntries(items.map((a) => [a.code, a.name]))
}

/** below a code lies everything whose code begins with it. */
const inside = (area: string) => (area ? `area>='${area}' && area<'${area}\uffff'` : '')

export interface FormVersion { form_id: string; title: string; version: string; status: string; published_at: string }
export async function formVersions(): Promise<FormVersion[]> {
  const { items } = await rest<FormVersion>('forms', { fields: 'form_id,title,version,status,published_at', perPage: 200 })
  return items.sort((a, b) => a.form_id.localeCompare(b.form_id) || b.published_at.localeCompare(a.published_at))
}

export interface Tablet { id: string; name: string; worker: string; last_contact: string; revoked: boolean }
export interface Staff { id: string; staff_no: string; name: string; role: string; area: string; active: boolean }
export const tabletsOf = async (worker: string) => (await rest<Tablet>('devices', { filter: `worker='${worker}'`, fields: 'id,name,worker,last_contact,revoked' })).items

/** staff lists people of an area, or the one with a staff number. */
export async function staff(area: string, number: string, cursor: string): Promise<Page<Staff>> {
  const filter = number ? `staff_no='${number.replace(/[^\w-]/g, '')}'` : inside(area)
  return page(await rest<Staff>('workers', { ...(filter ? { filter } : {}), sort: 'area', fields: 'id,staff_no,name,role,area,active', perPage: 30, page: cursor || 1 }))
}

export interface Pair { id: string; kind: string; collection: string; rule: string; area: string; area_b: string; a: string; b: string; created: string; evidence: { field: string; level: string }[] | null }
export async function pairs(cursor: string): Promise<Page<Pair>> {
  return page(await rest<Pair>('duplicates', { filter: "status='open'", perPage: 50, page: cursor || 1 }))
}
export type Side = Record<string, unknown> | null
/** side reads one of a pair; null for one that is not to be seen from here. */
export async function side(collection: string, id: string): Promise<Side> {
  return (await rest<Record<string, unknown>>(collection, { filter: `id='${id}'`, perPage: 1 })).items[0] ?? null
}

export interface Today {
  queue: Record<string, { n: number; more?: boolean }>
  reports: { id: string; title: string; due: string; created: string; area: string }[]
  names: Record<string, string>
  duplicates: number; quarantine: number; silent: (Tablet & { worker_name: string })[]
}
const silentFor = 3 * 86_400_000

/** today gathers what needs somebody of this role. */
export async function today(): Promise<Today> {
  const none = { items: [], totalItems: 0 }
  const [counts, reports, duplicates, held, tablets] = await Promise.all([
    may('review') ? ask(api.GET('/api/doorstep/v1/queue/counts')) : { by_state: {} },
    may('review') ? rest<Today['reports'][number]>('tasks', { filter: "kind='follow_up' && priority='urgent' && status='open'", fields: 'id,title,due,area,created', perPage: 200 }) : none,
    may('duplicate.decide') ? rest('open_duplicates', { perPage: 1, fields: 'id' }) : none,
    may('quarantine.read') ? ask(api.GET('/api/doorstep/v1/quarantine')) : none,
    may('device.manage') ? rest<Tablet>('devices', { filter: 'revoked=false', fields: 'id,name,worker,last_contact,revoked', perPage: 200 }) : none,
  ])
  const silent = tablets.items.filter((d) => !d.last_contact || Date.now() - Date.parse(d.last_contact.replace(' ', 'T')) > silentFor).slice(0, 10)
  const first = reports.items.sort((a, b) => (a.due || a.created).localeCompare(b.due || b.created))
  const names = await Promise.all(silent.map((d) => rest<Staff>('workers', { filter: `id='${d.worker}'`, fields: 'name,staff_no' })))
  return {
    queue: counts.by_state, reports: first, names: await namesOf(first.slice(0, 12).map((r) => r.area)), duplicates: duplicates.totalItems, quarantine: held.items.length,
    silent: silent.map((d, i) => ({ ...d, worker_name: names[i]?.items[0]?.name ?? '' })),
  }
}

/** words for the columns that a person and a household are told apart by. */
export const fieldNames: Record<string, Said> = {
  name: { zh: '姓名', en: 'Name' }, sex: { zh: '性别', en: 'Sex' }, birth_date: { zh: '出生日期', en: 'Birth date' }, id_type: { zh: '证件类型', en: 'Document' },
  id_number: { zh: '证件号码', en: 'Document number' }, phone: { zh: '电话', en: 'Phone' }, household: { zh: '住户', en: 'Household' }, relation: { zh: '与户主关系', en: 'Relation' },
  area: { zh: '区划', en: 'Area' }, address: { zh: '地址', en: 'Address' }, house_code: { zh: '房屋编码', en: 'House code' }, head_name: { zh: '户主', en: 'Head' }, residents: { zh: '常住人数', en: 'Residents' },
  form: { zh: '问卷', en: 'Form' }, worker: { zh: '采集员', en: 'Worker' }, finished_at: { zh: '完成时间', en: 'Finished' }, received_at: { zh: '收到时间', en: 'Received' },
  outcome: { zh: '结果', en: 'Outcome' }, review_state: { zh: '状态', en: 'State' },
}
