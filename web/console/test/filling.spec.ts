import { test, expect, sizes, type Lang } from './test.ts'

interface Queue { items: { collection: string; id: string }[] }
interface Full { filling: { seconds: number; sections: { label: { zh: string; en: string }; seconds: number }[] } | null }
const words = { zh: '填写过程', en: 'Filling in' }

for (const lang of ['zh', 'en'] as Lang[]) for (const [size, viewport] of Object.entries(sizes)) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport })
    test('how long each section took is told where the tablet kept a log', async ({ console, page, city }) => {
      const { items } = await city.call<Queue>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit')
      let key = ''
      let full: Full | undefined
      for (const i of items) {
        full = await city.call<Full>('S00003', 'GET', `/api/doorstep/v1/records/${i.collection}/${i.id}`)
        if (full.filling && full.filling.sections.length > 2) { key = `${i.collection}/${i.id}`; break }
      }
      expect(key, 'a record of the demo with a log').not.toBe('')
      await console.open('S00003', 'review?r=' + encodeURIComponent(key), lang)
      await page.getByRole('tab', { name: words[lang] }).click()
      const rows = page.locator('table.took tbody tr')
      await expect(rows).toHaveCount(full!.filling!.sections.length)
      for (const [i, s] of full!.filling!.sections.entries()) if (s.label[lang]) await expect(rows.nth(i)).toContainText(s.label[lang])
      await expect(page.getByRole('tabpanel')).not.toContainText(/undefined|NaN|\{/)
      await console.fits()
      await console.accessible()
      await console.picture(`filling-${lang}-${size}`)
    })
  })
}
