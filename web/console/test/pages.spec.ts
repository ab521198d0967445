import { pages } from './pages.ts'
import { test, expect, sizes, type Lang } from './test.ts'

/** small are the things to tap, with their labels, that a thumb misses. */
const small = () => [...document.querySelectorAll<HTMLElement>('main :is(button, a, input, select, summary)')].filter((e) => {
  const boxes = [e, e.closest('label')].flatMap((b) => b?.getBoundingClientRect() ?? [])
  return boxes[0]!.width > 1 && e.checkVisibility() && boxes.every((b) => Math.min(b.width, b.height) < 23.5)
}).map((e) => e.outerHTML.slice(0, 120))

for (const lang of ['zh', 'en'] as Lang[]) for (const [size, viewport] of Object.entries(sizes)) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport })
    test('every page is there, fits, and axe finds nothing grave', async ({ console, page, city }) => {
      test.setTimeout(240_000)
      await page.addInitScript((l) => { if (self.origin !== 'null') localStorage.setItem('doorstep.lang', l) }, lang)
      await page.goto(city.url + '/console/')
      await console.accessible()
      await console.picture(`signin-${lang}-${size}`)
      let staff = ''
      for (const p of pages) {
        if (p.staff !== staff) {
          if (staff) await page.evaluate(() => sessionStorage.clear())
          staff = p.staff
          await console.open(staff, p.path, lang)
        } else await page.goto(city.url + '/console/' + p.path)
        if (size === 'phone') {
          const first = page.locator('.list .item').first()
          if (['review', 'duplicates', 'quarantine'].includes(p.path)) {
            await first.waitFor()
            await console.fits()
            await console.picture(`${p.path}-list-${lang}-${size}`)
            await first.click()
          }
        }
        await page.locator(p.there).first().waitFor({ state: 'attached' })
        await expect(page).toHaveTitle(new RegExp(p[lang] === '疑似重复' ? '查重' : p[lang] === 'Possible duplicates' ? 'Duplicates' : '.'))
        await console.fits()
        await console.accessible()
        expect(await page.locator('.scroll[tabindex="0"]:not([aria-label])').count(), 'what scrolls has a name').toBe(0)
        if (size === 'phone') expect(await page.evaluate(small), `${p.path}: what is tapped is 24 pixels`).toEqual([])
        await console.picture(`${p.path || 'today'}-${lang}-${size}`)
      }
    })
  })
}
