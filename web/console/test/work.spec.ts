import { test, expect, sizes, type Lang } from './test.ts'

interface Work { id: string; area: string; worker: string; status: string; confirmed: boolean; household: string; kind: string; target: number }
interface Campaign { id: string; form: string; status: string }
const words = {
  zh: { assign: '分配任务', check: '看会改什么', go: '分配', would: '将新增', take: '收回', confirm: '确认完成', yes: '确定', none: '暂无', split: '拆分', try: '先看结果', draw: '抽取', drawn: '将抽取', accuse: '都不是指责', show: '显示确切位置', list: '按名单', wrong: '处错误' },
  en: { assign: 'Assign work', check: 'See what would change', go: 'Assign', would: 'Would add', take: 'Take back', confirm: 'Confirm', yes: 'Confirm', none: 'Nobody yet', split: 'Split', try: 'Try it', draw: 'Draw', drawn: 'Would draw', accuse: 'is an accusation', show: 'Show the points', list: 'By a list', wrong: 'mistakes' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    const w = words[lang]

    test('areas are chosen and given, taken back, split and confirmed, and the others stay', async ({ console, page, city }) => {
      test.setTimeout(180_000)
      const campaigns = await city.call<{ items: Campaign[] }>('S00006', 'GET', '/api/doorstep/v1/campaigns')
      const campaign = campaigns.items.find((c) => c.form === 'child_visit' && c.status === 'open')!.id
      const work = async () => (await city.call<{ items: Work[] }>('S00006', 'GET', `/api/doorstep/v1/work?campaign=${campaign}&limit=200`)).items
      const before = await work()
      await console.open('S00006', 'work?campaign=' + campaign, lang)
      await page.locator('table.works').waitFor()
      await page.getByRole('button', { name: w.assign }).click()
      await page.locator('.fields .pick').click()
      await page.locator('.areas li .button').first().click()
      await page.locator('.areas .name').first().click()
      const first = page.locator('.picks input').first()
      await first.check()
      await page.locator('input[type=number]').first().fill('7')
      await page.getByRole('button', { name: w.check }).click()
      await expect(page.getByRole('status').filter({ hasText: w.would })).toBeVisible()
      expect(await work(), 'looking changes nothing').toEqual(before)
      await console.accessible()
      await console.fits()
      await console.picture(`work-assign-${lang}-${size}`)
      await page.getByRole('button', { name: w.go, exact: true }).click()
      await expect.poll(async () => (await work()).filter((o) => o.target === 7).length).toBe(1)
      const now = await work()
      const changed = now.filter((o) => JSON.stringify(before.find((b) => b.id === o.id)) !== JSON.stringify(o))
      expect(changed.length).toBe(1)

      await page.getByLabel(w.list, { exact: true }).check()
      await page.locator('input[type=file]').setInputFiles({ name: 'work.csv', mimeType: 'text/csv', buffer: Buffer.from(`区划代码,工号\n${changed[0]!.area},nobody\n`) })
      await page.getByRole('button', { name: w.check }).click()
      await expect(page.getByRole('alert').filter({ hasText: w.wrong })).toBeVisible()

      const open = now.find((o) => o.status === 'open' && o.worker && !o.household && o.id !== changed[0]!.id)!
      await page.getByRole('button', { name: `${w.take} ${open.area}` }).first().click()
      await page.getByRole('dialog').getByRole('button', { name: w.yes, exact: true }).click()
      await expect.poll(async () => (await work()).find((o) => o.id === open.id)!.worker).toBe('')
      const waiting = async () => (await work()).filter((o) => o.status === 'done' && !o.confirmed && !o.household)
      const waits = await waiting()
      if (waits.length) {
        await page.getByRole('button', { name: `${w.confirm} ${waits[0]!.area}` }).first().click()
        await expect.poll(async () => (await waiting()).length).toBe(waits.length - 1)
      }
      await console.picture(`work-${lang}-${size}`)
    })

    test('a sample is tried and drawn, and the agreement of the last one is told', async ({ console, page }) => {
      test.setTimeout(120_000)
      await console.open('S00006', 'recheck', lang)
      await expect(page.locator('table.queue tbody tr').first()).toBeVisible()
      const count = await page.locator('table.queue tbody tr').count()
      await page.locator('details.draw summary').click()
      await page.getByRole('button', { name: w.try }).click()
      await expect(page.getByRole('status').filter({ hasText: w.drawn })).toBeVisible()
      await console.accessible()
      await console.fits()
      await console.picture(`recheck-${lang}-${size}`)
      expect(await page.locator('table.queue tbody tr').count(), 'trying draws nothing').toBe(count)
      await page.getByRole('button', { name: w.draw, exact: true }).click()
      await expect.poll(() => page.locator('table.queue tbody tr').count()).toBeGreaterThan(count)
    })

    test('flags are told in words, lead to the record and to the day, whose points are shown for a reason', async ({ console, page }) => {
      test.setTimeout(120_000)
      await console.open('S00003', 'quality', lang)
      await expect(page.getByText(w.accuse)).toBeVisible()
      await expect(page.locator('ol.list li').first()).toBeVisible()
      await console.accessible()
      await console.fits()
      await console.picture(`quality-${lang}-${size}`)
      await page.locator('a[href*="day?worker"]').first().click()
      await expect(page.locator('.visits li').first()).toBeVisible()
      await expect(page.locator('.dot').first()).toBeVisible()
      await expect(page.locator('.dot.exact')).toHaveCount(0)
      await console.accessible()
      await console.fits()
      await console.picture(`day-${lang}-${size}`)
      await page.getByRole('button', { name: w.show }).click()
      await page.getByRole('dialog').locator('textarea').fill('核对当天的走访路线是否可信')
      await page.getByRole('dialog').locator('button.main').click()
      await expect(page.locator('.dot.exact').first()).toBeVisible()
    })
  })
}
