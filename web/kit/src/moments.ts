import { lang } from './language'

const locale = () => (lang.value === 'zh' ? 'zh-CN' : 'en-GB')

const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()
/** kept makes each formatter once: making one costs more than a hundred uses. */
function kept<F extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: (locale: string) => F): F {
  const of = locale() + key
  if (!made.has(of)) made.set(of, make(locale()))
  return made.get(of) as F
}
/** zone is where days begin and end, here as on the server: whatever clock a machine has, both tell the same day. */
const timeZone = 'Asia/Shanghai'
const offset = '+08:00'
const dates = (key: string, options: Intl.DateTimeFormatOptions) => kept(key, (l) => new Intl.DateTimeFormat(l, { timeZone, ...options }))
const units = (unit: string) => kept(unit, (l) => new Intl.NumberFormat(l, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }))

/** at reads a moment as the server writes it, "2026-11-23 12:55:54.301Z". */
function at(moment: string): Date | null {
  const d = new Date(moment.replace(' ', 'T'))
  return moment && !Number.isNaN(d.getTime()) ? d : null
}

const year = (d: Date) => dates('year', { year: 'numeric' }).format(d)

/** moment returns day and time as they are said here, with the year of another than this one; '' for none. */
export function moment(s: string | null | undefined): string {
  const d = s ? at(s) : null
  if (!d) return ''
  const other = year(d) !== year(new Date())
  return dates(other ? 'then' : 'moment', { ...(other && { year: 'numeric' }), month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(d)
}

/** clock returns the time of a day alone. */
export function clock(s: string | null | undefined): string {
  const d = s ? at(s) : null
  return d ? dates('clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(d) : ''
}

/** day returns the day alone. */
export function day(s: string | null | undefined): string {
  const d = s ? at(s) : null
  return d ? dates('day', { year: 'numeric', month: 'numeric', day: 'numeric' }).format(d) : ''
}

/** lasted returns a length of time that may be short, to the second below two minutes. */
export function lasted(seconds: number): string {
  if (seconds >= 120) return span(seconds)
  return units('second').format(seconds)
}

/** span returns a length of time in the largest unit that fits. */
export function span(seconds: number): string {
  const s = Math.abs(seconds)
  const [n, unit] = s < 3600 ? [s / 60, 'minute'] : s < 2 * 86400 ? [s / 3600, 'hour'] : [s / 86400, 'day']
  return units(unit).format(Math.max(1, Math.floor(n)))
}

/** until returns how many seconds lie between now and a moment; negative when it has passed. */
export function until(s: string, now: number): number {
  const d = at(s)
  return d ? (d.getTime() - now) / 1000 : 0
}

/** count returns a number as it is written here. */
export function count(n: number): string {
  return kept('count', (l) => new Intl.NumberFormat(l)).format(n)
}

/** dateOf returns the day as a field for dates wants it, 2026-11-23; '' for none. */
export function dateOf(s: string | null | undefined): string {
  const d = s ? at(s) : null
  return d ? new Intl.DateTimeFormat('sv-SE', { timeZone }).format(d) : ''
}

/** momentOf returns a time of such a day as the server takes it; '' for no day. */
export function momentOf(date: string, time: string): string {
  return date && new Date(`${date}T${time}${offset}`).toISOString()
}
