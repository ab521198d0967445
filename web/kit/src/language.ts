import { ref, watchEffect } from 'vue'
import { texts, type Text } from './texts'

export type Lang = 'zh' | 'en'
export interface Said { zh: string; en: string }

/** store is where the language is remembered; a sandboxed page has none. */
const store = self.origin === 'null' ? null : localStorage
const remembered = store?.getItem('doorstep.lang')
export const lang = ref<Lang>(remembered === 'en' ? 'en' : 'zh')

watchEffect(() => {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
  store?.setItem('doorstep.lang', lang.value)
})

/** t returns a text of the catalogue in the language of the page, with {names} filled in. */
export function t(key: Text, put: Record<string, string | number> = {}): string {
  const [zh, en] = texts[key]
  return (lang.value === 'zh' ? zh : en).replace(/\{(\w+)\}/g, (whole, name: string) => String(put[name] ?? whole))
}

/** tOr is t for a key that is made of data; it returns other where the catalogue has none. */
export function tOr(key: string, other: string): string {
  return key in texts ? t(key as Text) : other
}

/** half returns the half of a text that came in both languages, "中文 · English"; any other text whole. */
export function half(both: string): string {
  const halves = both.split(' · ')
  return halves.length === 2 ? halves[lang.value === 'en' ? 1 : 0]! : both
}

/** read returns what somebody wrote with reasons of the catalogue in it: those are in the language of the page, also where another was picked. */
export function read(written: string): string {
  const [mine, other] = lang.value === 'zh' ? [0, 1] as const : [1, 0] as const
  return reasons.reduce((said, key) => said.replaceAll(texts[key][other], texts[key][mine]), written)
}

/** reasons are why a record is returned, by digit. */
export const reasons: Text[] = ['canned.1', 'canned.2', 'canned.3', 'canned.4', 'canned.5', 'canned.6', 'canned.7', 'canned.8', 'canned.9']

/** say returns a text that came with data; the other language where one is missing. */
export function say(said: Partial<Said> | null | undefined): string {
  if (!said) return ''
  return (lang.value === 'zh' ? said.zh || said.en : said.en || said.zh) ?? ''
}
