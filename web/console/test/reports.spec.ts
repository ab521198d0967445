import { test, expect, sizes, type Lang } from './test.ts'

// A mandatory report is read, settled with what was done, found again at its record, and opened again.
const words = {
  zh: { settle: '办结', done: '做了什么', ok: '确定', said: '已办结', by: /于 .* 办结/, reopen: '重新打开', why: '原因', all: '还有更多，全部列出', short: /至少|十/ },
  en: { settle: 'Settle', done: 'What was done', ok: 'Confirm', said: 'Settled', by: /settled by/, reopen: 'Open again', why: 'Reason', all: 'There are more: list all', short: /ten|10/ },
}
for (const [lang, size] of [['zh', 'phone'], ['en', 'desk']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a mandatory report is settled where it is listed, and what was done stays with its record', async ({ console, page }) => {
      test.setTimeout(90_000)
      const w = words[lang]
      await console.open('S00003', '', lang)
      const lines = page.locator('.reports li')
      await expect(lines).toHaveCount(10)
      const open = Number((await page.locator('.urgent > .row .tag').last().innerText()).match(/\d+/)![0])
      await page.getByRole('button', { name: w.all }).click()
      await expect(lines).toHaveCount(open)
      await expect(page.getByRole('button', { name: w.all })).toHaveCount(0)
      await console.fits()
      await console.accessible()
      const first = lines.first()
      const to = await first.getByRole('link').getAttribute('href')
      await first.getByRole('button', { name: w.settle }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(w.done).fill('已办')
      await dialog.getByRole('button', { name: w.ok }).click()
      await expect(dialog.getByRole('alert')).toHaveText(w.short)
      await dialog.getByLabel(w.done).fill('已报派出所和区民政局，回执号 12')
      await console.accessible()
      await dialog.getByRole('button', { name: w.ok }).click()
      await expect(dialog).toHaveCount(0)
      await expect(lines).toHaveCount(open - 1)
      await page.goto(new URL(to!, page.url()).href)
      const told = page.locator('.report')
      await expect(told).toContainText('回执号 12')
      await expect(told).toContainText(w.by)
      await console.fits()
      await console.accessible()
      await told.getByRole('button', { name: w.reopen }).click()
      await dialog.getByLabel(w.why).fill('派出所未收到，重新报告')
      await dialog.getByRole('button', { name: w.ok }).click()
      await expect(told).toContainText('派出所未收到')
      await expect(told.getByRole('button', { name: w.settle })).toBeVisible()
    })
    test('records of chosen states are exported, and who was given what is told', async ({ console, page }) => {
      test.setTimeout(90_000)
      await console.open('M00001', 'data', lang)
      const states = page.locator('.states')
      await states.getByLabel(lang === 'zh' ? '已通过' : 'Approved').uncheck()
      const make = page.getByRole('button', { name: lang === 'zh' ? '生成' : 'Make', exact: false }).first()
      await expect(make).toBeDisabled()
      await states.getByLabel(lang === 'zh' ? '已退回' : 'Returned').check()
      await states.getByLabel(lang === 'zh' ? '已拒绝' : 'Rejected').check()
      await make.click()
      await expect(page.locator('.job[data-kind=export][data-status=done]')).toHaveCount(1, { timeout: 30_000 })
      await page.reload()
      const given = page.locator('.given tbody tr').first()
      await expect(given).toContainText(lang === 'zh' ? '已退回、已拒绝' : /Returned, Rejected/i)
      await expect(given).toContainText(lang === 'zh' ? '去标识' : /de-identified/i)
      await console.fits()
      await console.accessible()
    })
  })
}
