import { test, expect } from '@playwright/test'

// The texts of the kit, without a server: language.ts reads the language from where a browser keeps it.
let kept: Record<string, string> = {}
const fake = { origin: 'http://x', localStorage: { getItem: (k: string) => kept[k] ?? null, setItem: (k: string, v: string) => { kept[k] = v } } }
Object.assign(globalThis, { self: fake, localStorage: fake.localStorage, document: { documentElement: {}, createElement: () => ({}) } })

test('a reason that was picked is read in the language of the page, and what was typed beside it stays', async () => {
  const { half, lang, read, reasons, t } = await import('../../kit/src/language.ts')
  const { texts } = await import('../../kit/src/texts.ts')
  for (const key of reasons) {
    const [zh, en] = texts[key]
    lang.value = 'en'
    expect(t(key)).toBe(en)
    expect(read(zh)).toBe(en)
    expect(read(`门牌号：${zh}\n${en} 王`)).toBe(`门牌号：${en}\n${en} 王`)
    lang.value = 'zh'
    expect(read(en)).toBe(zh)
    expect(read('nothing of ours')).toBe('nothing of ours')
  }
  for (const a of reasons) for (const b of reasons) { // none is part of another: it would be read by halves
    if (a !== b) for (const i of [0, 1] as const) expect(texts[b][i].includes(texts[a][i])).toBe(false)
  }
  expect(half('强制报告 · mandatory report')).toBe('强制报告')
  lang.value = 'en'
  expect(half('强制报告 · mandatory report')).toBe('mandatory report')
  expect(half('a · b · c')).toBe('a · b · c')
})
