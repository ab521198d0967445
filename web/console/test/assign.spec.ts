import { test, expect, sizes, type Lang } from './test.ts'

interface Staff { items: { staff_no: string }[] }
interface Queue { items: { collection: string; id: string }[] }
interface Home { id: string; members: { id: string }[]; visits: { id: string }[] }
const words = {
  zh: { open: '指定住户…', name: '姓名', birth: '出生日期', find: '查找', reason: '原因', go: '归入这一户', done: '已归入这一户' },
  en: { open: 'Say which household…', name: 'Name', birth: 'Birth date', find: 'Search', reason: 'Reason', go: 'Give it to this household', done: 'It is this household’s now' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a visit whose record is unknown is given to a household', async ({ console, page, city }) => {
      test.setTimeout(120_000)
      const w = words[lang]
      const boss = 'S00003'
      // A household with somebody in it, and what they are called.
      const { items } = await city.call<Queue>(boss, 'GET', '/api/doorstep/v1/queue?form=child_visit')
      let home: Home | undefined
      for (const i of items) {
        const { household } = await city.call<{ household: { id: string } | null }>(boss, 'GET', `/api/doorstep/v1/records/${i.collection}/${i.id}`)
        if (household) home = await city.call<Home>(boss, 'GET', `/api/doorstep/v1/households/${household.id}`)
        if (home?.members.length) break
      }
      const { fields } = await city.call<{ fields: Record<string, string> }>(boss, 'POST', '/api/doorstep/v1/reveal', { collection: 'persons', id: home!.members[0]!.id, fields: ['name', 'birth_date'], reason: '浏览器测试需要一个姓名' })
      // A tablet sends a correction of a revision that never was.
      const { staff_no: field } = (await city.call<Staff>(boss, 'GET', '/api/doorstep/v1/workers?q=F0&limit=1')).items[0]!
      const { device } = await city.call<{ device: string }>(field, 'POST', '/api/sync/v1/devices', { name: '平板' })
      const answers = { visit: { contact_method: 'household_visit', attempt: 1, outcome: '2.22' }, household: { address: '不认识的地址' } }
      const sent = await fetch(city.url + '/api/sync/v1/push', { method: 'POST', headers: { Authorization: await city.token(field), 'X-Doorstep-Device': device, 'Content-Type': 'application/json' },
        body: JSON.stringify({ operations: [{ seq: 1, op: 'submit', id: crypto.randomUUID(), base_rev: 7, form: 'child_visit', answers }] }) })
      expect((await sent.json()).results[0].code).toBe('operation.unknown_base')
      const held = (await city.call<{ items: { id: string; code: string }[] }>(boss, 'GET', '/api/doorstep/v1/quarantine')).items.filter((i) => i.code === 'operation.unknown_base').at(-1)!
      await console.open(boss, `quarantine?q=${held.id}`, lang)
      await page.getByRole('button', { name: w.open }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(w.name, { exact: true }).fill(fields.name!)
      await dialog.getByLabel(w.birth).fill(fields.birth_date!)
      await dialog.getByRole('button', { name: w.find }).click()
      await dialog.getByRole('radio').first().check()
      await dialog.getByLabel(w.reason).fill('不够长')
      await dialog.getByRole('button', { name: w.go }).click()
      await expect(dialog.getByRole('alert')).toBeVisible()
      await dialog.getByLabel(w.reason).fill('采集员确认走访的就是这一户')
      await console.accessible()
      await console.fits()
      await dialog.getByRole('button', { name: w.go }).scrollIntoViewIfNeeded()
      await console.picture(`held-assign-${lang}-${size}`)
      await dialog.getByRole('button', { name: w.go }).click()
      await expect(page.getByText(w.done)).toBeVisible()
      const after = await city.call<Home>(boss, 'GET', `/api/doorstep/v1/households/${home!.id}`)
      expect(after.visits.length).toBe(home!.visits.length + 1)
    })
  })
}
