import { test, expect, sizes, type Lang } from './test.ts'

interface Full { state: string; rev: number; rows: { ref: string; value: string; masked: boolean }[]; can: Record<string, unknown> }
const read = (key: string) => `/api/doorstep/v1/records/${key}`
const keyIn = (url: string) => decodeURIComponent(new URL(url).searchParams.get('r') ?? '')
const ref = 'household/residents'
const words = {
  zh: { send: '提交更正', one: '1 题待更正', done: '请由他人审核', approve: '通过', history: '历史' },
  en: { send: 'Correct', one: '1 answers to correct', done: 'somebody else reviews it', approve: 'Approve', history: 'History' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('an answer is corrected with a reason, what does not fit is said at its question, and somebody else approves', async ({ console, page, city }) => {
      test.setTimeout(240_000)
      const queue = await city.call<{ items: { collection: string; id: string; worker: string }[] }>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit')
      let key = ''
      let before!: Full
      for (const i of queue.items) { // one whose household was asked how many live there
        before = await city.call<Full>('S00003', 'GET', read(`${i.collection}/${i.id}`))
        if (before.rows.some((r) => r.ref === ref && r.value)) { key = `${i.collection}/${i.id}`; break }
      }
      const beside = queue.items.map((i) => `${i.collection}/${i.id}`).find((k) => k !== key)!
      const revBeside = (await city.call<Full>('S00003', 'GET', read(beside))).rev
      await console.open('S00003', `review?r=${key}`, lang)
      await page.locator('.answers .answer').first().waitFor()
      if (await page.locator('button.fold').count()) await page.keyboard.press('e')
      const row = page.locator(`[data-ref="${ref}"]`)
      await row.locator('.q').click()
      await page.keyboard.press('i')
      await expect(row.locator('[data-answer]')).toBeFocused()
      const send = async (value: string) => {
        await row.locator('[data-answer]').fill(value)
        await page.locator('.fixes button.main').click()
        const dialog = page.getByRole('dialog')
        if (!(await dialog.locator('textarea').inputValue())) await dialog.locator('textarea').fill('电话向家长核实过两次')
        await expect(dialog.locator('ins')).toHaveText(value)
        if (value === '99') await console.accessible()
        await dialog.getByRole('button', { name: words[lang].send, exact: true }).click()
      }
      await send('99')
      await expect(row.getByRole('alert')).toBeVisible()
      expect((await city.call<Full>('S00003', 'GET', read(key))).rev, 'nothing was stored').toBe(before.rev)
      await console.accessible()
      await console.fits()
      await console.picture(`correct-${lang}-${size}`)
      await send('7')
      await expect(page.locator('.notes')).toContainText(words[lang].done)
      await expect(row).toContainText('7')
      const after = await city.call<Full>('M00001', 'GET', read(key))
      expect([after.state, after.rev, after.rows.find((r) => r.ref === ref)?.value]).toEqual(['edited', before.rev + 1, '7'])
      expect(after.can.approve, 'somebody else may approve it').toBeNull()
      await expect(page.locator('.verdicts button', { hasText: words[lang].approve }).first()).toBeDisabled()
      expect((await city.call<Full>('S00003', 'GET', read(beside))).rev).toBe(revBeside)
      const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))
      expect(kept).not.toContain('核实过两次')
      expect(keyIn(page.url())).toBe(key)
      await page.getByRole('tab', { name: words[lang].history }).click()
      const newest = page.locator('.turns > li').first()
      await expect(newest).toContainText('核实过两次')
      await expect(page.locator('.turns ins').first()).toHaveText('7')
      await expect(newest).toContainText((await city.call<{ name: string }>('S00003', 'GET', '/api/doorstep/v1/me')).name)
    })
  })
}
