import { randomUUID } from 'node:crypto'
import { password } from './server.ts'
import { test, expect, sizes, type Lang } from './test.ts'

interface Pair { id: string; rule: string; weight: number; probability: number }
const child = (name: string) => ({ child_basic: { child_name: name, child_name_kind: 'registered', child_sex: 'female', child_birth_date: '2015-03-01' }, child_risk: { immediate_danger: 'no' } })
const visit = (address: string, name: string) => ({
  start: '2026-11-23T09:00:00.000+08:00', end: '2026-11-23T09:30:00.000+08:00', today: '2026-11-23',
  visit: { contact_method: 'household_visit', attempt: 1, outcome: '1.2', consent: 'oral', informant_relation: 'mother' },
  household: { address, residents: 4, children_count: 1 }, children: [child(name)],
})
const words = { zh: ['几乎肯定是同一个', '很可能是同一个', '难以判断', '支持'], en: ['Almost certainly the same', 'Likely the same', 'Open', 'for'] }

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a pair that was weighed says in words how likely it is, field by field', async ({ console, page, city }) => {
      test.setTimeout(150_000)
      // One child met twice in two homes, without a document.
      const signed = await (await fetch(city.url + '/api/collections/workers/auth-with-password', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ identity: 'F00012', password }) })).json() as { token: string }
      const tablet = async <T>(path: string, body: unknown, more: Record<string, string>) => (await (await fetch(city.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...more }, body: JSON.stringify(body) })).json()) as T
      const device = await tablet<{ device: string; token: string }>('/api/sync/v1/devices', { name: 't', device_time: '2026-11-23T10:00:00+08:00' }, { Authorization: signed.token })
      const operations = [visit('示例路 1 号 101', '梁紫琪'), visit('示例路 99 号 202', '梁子棋')].map((answers, i) => ({ seq: i + 1, op: 'submit', id: randomUUID(), form: 'child_visit', answers }))
      await tablet('/api/sync/v1/push', { operations }, { Authorization: device.token, 'X-Doorstep-Device': device.device })
      const pairs = (await city.call<{ items: Pair[] }>('S00003', 'GET', '/api/doorstep/v1/duplicates')).items
      const pair = pairs.find((p) => p.rule === 'alike')!
      expect(pair.weight).not.toBe(0)
      await console.open('S00003', 'duplicates?p=' + pair.id, lang)
      await page.locator('.one table').waitFor()
      const said = words[lang][pair.probability > 0.95 ? 0 : pair.probability > 0.7 ? 1 : 2]!
      await expect(page.locator('.sum')).toContainText(said)
      const fields = await city.call<{ rows: { level: { zh: string }; bits: number }[] }>('S00003', 'GET', '/api/doorstep/v1/duplicates/' + pair.id)
      await expect(page.locator('.weight .bits')).toHaveCount(fields.rows.filter((r) => r.level.zh).length)
      await expect(page.locator('.weight').filter({ hasText: words[lang][3]! }).first()).toBeVisible()
      await console.fits()
      await console.accessible()
      await console.picture(`weighed-${lang}-${size}`)
    })
  })
}
