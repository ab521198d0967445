import type { City } from './server.ts'
import { outlives } from './outlives.ts'
import { test, expect, sizes, type Lang } from './test.ts'

interface Staff { items: { staff_no: string }[] }
interface Queue { items: { collection: string; id: string }[] }
interface Receipt { code?: string; household: string; persons?: string[] }
interface Home { id: string; members: { id: string }[]; visits: { id: string }[] }
const words = {
  zh: { open: '指定住户…', name: '姓名', birth: '出生日期', address: '完整地址', find: '查找', reason: '原因', go: '归入这一户', done: '已归入这一户' },
  en: { open: 'Say which household…', name: 'Name', birth: 'Birth date', address: 'Whole address', find: 'Search', reason: 'Reason', go: 'Give it to this household', done: 'It is this household’s now' },
}

const boss = 'S00003'

/** lost has a tablet send a correction of a revision that never was: the id of what waits, and the tablet. */
async function lost(city: City, form: string, answers: object) {
  const { staff_no: field } = (await city.call<Staff>(boss, 'GET', '/api/doorstep/v1/workers?q=F0&limit=1')).items[0]!
  const { device } = await city.call<{ device: string }>(field, 'POST', '/api/sync/v1/devices', { name: '平板' })
  const tablet = async (seq: number, base_rev: number, form: string, answers: object) => {
    const sent = await fetch(city.url + '/api/sync/v1/push', { method: 'POST', headers: { Authorization: await city.token(field), 'X-Doorstep-Device': device, 'Content-Type': 'application/json' },
      body: JSON.stringify({ operations: [{ seq, op: 'submit', id: crypto.randomUUID(), base_rev, form, answers }] }) })
    return ((await sent.json()) as { results: Receipt[] }).results[0]!
  }
  expect((await tablet(1, 7, form, answers)).code).toBe('operation.unknown_base')
  const { items } = await city.call<{ items: { id: string; code: string }[] }>(boss, 'GET', '/api/doorstep/v1/quarantine')
  return { id: items.filter((i) => i.code === 'operation.unknown_base').at(-1)!.id, tablet }
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a visit whose record is unknown is given to a household', async ({ console, page, city }) => {
      test.setTimeout(120_000)
      const w = words[lang]
      // A household with somebody in it, and what they are called.
      const { items } = await city.call<Queue>(boss, 'GET', '/api/doorstep/v1/queue?form=child_visit')
      let home: Home | undefined
      for (const i of items) {
        const { household } = await city.call<{ household: { id: string } | null }>(boss, 'GET', `/api/doorstep/v1/records/${i.collection}/${i.id}`)
        if (household) home = await city.call<Home>(boss, 'GET', `/api/doorstep/v1/households/${household.id}`)
        if (home?.members.length) break
      }
      const { fields } = await city.call<{ fields: Record<string, string> }>(boss, 'POST', '/api/doorstep/v1/reveal', { collection: 'persons', id: home!.members[0]!.id, fields: ['name', 'birth_date'], reason: '浏览器测试需要一个姓名' })
      const { id: held } = await lost(city, 'child_visit', { visit: { contact_method: 'household_visit', attempt: 1, outcome: '2.22' }, household: { address: '不认识的地址' } })
      await console.open(boss, `quarantine?q=${held}`, lang)
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

test('a household of which nobody is recorded is found by its address', async ({ console, page, city }) => {
  test.setTimeout(120_000)
  const { id: held, tablet } = await lost(city, 'child_visit', { visit: { contact_method: 'household_visit', attempt: 1, outcome: '2.22' }, household: { address: '不认识的地址' } })
  const empty = { visit: { contact_method: 'household_visit', attempt: 1, outcome: '2.22' }, household: { address: '空屋路 7 号 701' } }
  const made = await tablet(2, 0, 'child_visit', empty)
  await console.open(boss, `quarantine?q=${held}`, 'en')
  await page.getByRole('button', { name: words.en.open }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(words.en.address).fill('空屋路7号701')
  await dialog.getByRole('button', { name: words.en.find }).click()
  await dialog.getByRole('radio').first().check()
  await dialog.getByLabel(words.en.reason).fill('the collector says it is this empty flat')
  await console.accessible()
  await console.picture('held-address-en-desk')
  await dialog.getByRole('button', { name: words.en.go }).click()
  await expect(page.getByText(words.en.done)).toBeVisible()
  expect((await city.call<Home>(boss, 'GET', `/api/doorstep/v1/households/${made.household}`)).visits.length).toBe(2)
})

test('a visit to one person is given to somebody of the household', async ({ console, page, city }) => {
  test.setTimeout(120_000)
  const elder = (name: string, address: string) => ({ visit: { contact_method: 'household_visit', contact: 'elder_met', eligible: 'yes', capacity: 'yes', consent: 'oral', outcome: '1.2', informant: 'self' },
    household: { household_listed: 'new', address }, person: { elder_name: name, elder_sex: 'male', elder_birth_date: '1941-02-03' }, closing: { safety_signs: ['none'] } })
  const { id: held, tablet } = await lost(city, 'elderly_baseline', elder('不清楚', '不认识的地址'))
  const made = await tablet(2, 0, 'elderly_baseline', elder('欧阳守拙', '空屋路 8 号 801'))
  await console.open(boss, `quarantine?q=${held}`)
  await page.getByRole('button', { name: words.zh.open }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(words.zh.name, { exact: true }).fill('欧阳守拙')
  await dialog.getByLabel(words.zh.birth).fill('1941-02-03')
  await dialog.getByRole('button', { name: words.zh.find }).click()
  await dialog.getByRole('radio').first().check()
  await expect(dialog.getByLabel('走访的是谁')).toHaveValue(made.persons![0]!)
  await dialog.getByLabel(words.zh.reason).fill('采集员确认走访的就是这一位')
  await console.accessible()
  await console.picture('held-person-zh-desk')
  await outlives(console, boss, { name: 'a held visit', send: /^归入这一户$/, to: /\/assign$/ })
  await expect(page.getByText(words.zh.done)).toBeVisible()
  const after = await city.call<Home>(boss, 'GET', `/api/doorstep/v1/households/${made.household}`)
  expect(after.visits.length).toBe(2)
  expect(after.members.map((m) => m.id), 'nobody new').toEqual(made.persons)
})
