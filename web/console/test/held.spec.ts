import { test, expect, sizes, type Lang } from './test.ts'

for (const [lang, size] of [['zh', 'phone'], ['en', 'desk']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('what is held is narrowed to a form and a cause, which stand in the address', async ({ console, page, city }) => {
      await console.open('S00003', 'quarantine', lang)
      const items = page.locator('.list .item')
      await expect(items.first()).toBeVisible()
      const all = await items.count()
      const title = await page.locator('.filters select').first().locator('option[value=child_visit]').innerText()
      await page.locator('.filters select').first().selectOption('child_visit')
      await expect(page).toHaveURL(/form=child_visit/)
      await expect.poll(() => items.count()).toBeLessThan(all)
      for (const one of await items.all()) await expect(one).toContainText(title)
      await page.locator('.filters select').nth(1).selectOption('operation.unknown_form')
      await expect(page).toHaveURL(/code=operation.unknown_form/)
      await expect(items.first()).toBeVisible()
      await console.fits()
      await console.accessible()
      await items.first().click()
      await expect(page).toHaveURL(/form=child_visit.*q=|q=.*form=child_visit/)
      await page.goto(city.url + '/console/quarantine?code=no.such')
      await expect(page.locator('.list .empty')).toBeVisible()
    })
  })
}
