import { test, expect, sizes, type Lang } from './test.ts'

interface Queue { items: { collection: string; id: string }[] }
interface Home { location: { lat: null } | null; visits: { id: string; located: boolean; household_m: number | null }[] }
const words = {
  zh: { show: '显示住户与走访的位置', reason: '原因', metres: '米' },
  en: { show: 'Show where the household and its visits are', reason: 'Reason', metres: 'm away' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a household is drawn with its grid and its visits; the points are shown for a reason', async ({ console, page, city }) => {
      const w = words[lang]
      const { items } = await city.call<Queue>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit&state=approved,received,has_issues&limit=50')
      let id = ''
      let home: Home | undefined
      for (const i of items) { // one that was visited more than once, where there is one
        const { household } = await city.call<{ household: { id: string } | null }>('S00003', 'GET', `/api/doorstep/v1/records/${i.collection}/${i.id}`)
        if (!household) continue
        const one = await city.call<Home>('S00003', 'GET', `/api/doorstep/v1/households/${household.id}`)
        if (!one.location || home && one.visits.filter((v) => v.located).length <= home.visits.filter((v) => v.located).length) continue
        id = household.id
        home = one
      }
      const located = home!.visits.filter((v) => v.located).length
      expect(located).toBeGreaterThan(0)
      await console.open('S00003', `people?h=${id}`, lang)
      const map = page.locator('svg.place')
      await map.scrollIntoViewIfNeeded()
      await expect(map.locator('.outline')).not.toHaveCount(0)
      await expect(map.locator('.dot')).toHaveCount(0)
      await expect(page.locator('section', { has: map }).locator('ol li')).toHaveCount(located)
      await expect(page.locator('section', { has: map }).locator('ol li').first()).toContainText(w.metres)
      await page.getByRole('button', { name: w.show }).click()
      await page.getByRole('dialog').getByLabel(w.reason).fill('核对住户与走访位置是否一致')
      await page.getByRole('dialog').locator('button.main').click()
      await expect(map.locator('.dot')).toHaveCount(located + 1, { timeout: 30_000 })
      await expect(page.getByRole('button', { name: w.show })).toHaveCount(0)
      await console.accessible()
      await console.fits()
      await map.scrollIntoViewIfNeeded()
      await console.picture(`household-map-${lang}-${size}`)
    })
  })
}
