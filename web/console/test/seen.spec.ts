import { test, expect, sizes, type Lang } from './test.ts'

for (const [lang, size] of [['zh', 'phone'], ['en', 'desk']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('who has seen a person, what they did and why is told in words', async ({ console, page }) => {
      await console.open('M00001', 'review?state=approved', lang)
      if (size === 'phone') await page.locator('.list .item').first().click()
      await page.locator('.facts a').first().click()
      await page.getByRole('button', { name: lang === 'zh' ? '谁看过' : 'Who has seen' }).first().click()
      const rows = page.locator('.seen tbody tr')
      await expect(rows.first()).toBeVisible()
      await expect(rows.first()).toContainText(lang === 'zh' ? /打开|列表/ : /Opened|list/)
      for (const said of await page.locator('.seen tbody td:nth-child(n+3)').allInnerTexts()) expect(said).not.toMatch(/^[a-z_.]+$/)
      await console.accessible()
    })
  })
}
