import { toGCJ02 } from '../../kit/src/datum.ts'
import { geoPackage } from './geopackage.ts'
import type { City } from './server.ts'
import { shapefile, type Ring } from './shapefile.ts'
import { test, expect, sizes, type Lang } from './test.ts'

interface Outlines { features: { properties: { code: string; name: string }; geometry: { type: string; coordinates: Ring[] | Ring[][] } }[] }
const outlines = (city: City, parent: string) => city.call<Outlines>('M00001', 'GET', '/api/doorstep/v1/areas/outlines?parent=' + parent)
/** streets are those of one district, as they are stored and as shapes of a file. */
async function streets(city: City) {
  const { territory } = await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')
  let parent = territory[0]!.code
  for (let all = await outlines(city, parent); all.features[0] && all.features[0].properties.code.length < 9; all = await outlines(city, parent)) parent = all.features[0].properties.code
  const stored = await outlines(city, parent)
  const shapes = stored.features.map((f) => ({ code: f.properties.code, name: f.properties.name, rings: (f.geometry.type === 'Polygon' ? f.geometry.coordinates as Ring[] : (f.geometry.coordinates as Ring[][]).flat()) }))
  return { parent, stored, shapes }
}
const words = {
  zh: { bad: '没有改动任何区划', look: '看会改什么', would: '新增 0 个、改动 1 个', list: '改动 1 个', found: '须查看的位置', over: /重叠/, run: '导入' },
  en: { bad: 'nothing was changed', look: 'See what would change', would: '0 would be added, 1 changed', list: '1 changed', found: 'Places to look at', over: /overlap/i, run: 'Import' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    const w = words[lang]

    test('a shapefile in another datum is looked at: the map is what the server read', async ({ console, page, city }) => {
      const { parent, stored, shapes } = await streets(city)
      const [first, second] = shapes as [typeof shapes[0], typeof shapes[0]]
      const clockwise = (rings: Ring[]) => rings.map((r) => [...r].reverse())
      const moved = { ...first, rings: clockwise(first.rings.map((r) => r.map(([x, y]) => toGCJ02([x + 0.002, y])))) }
      const broken = { ...second, name: '', rings: clockwise(second.rings.map((r) => r.map(toGCJ02))) }
      const file = (all: typeof shapes) => ({ name: 'streets.zip', mimeType: 'application/zip', buffer: shapefile(all) })

      await console.open('M00001', 'areas', lang)
      await page.locator('input[type=file]').setInputFiles(file([moved, broken]))
      await page.locator('select').selectOption('gcj02')
      await page.getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('alert')).toContainText(w.bad)
      await expect(page.locator('.map path.wrong')).toHaveCount(1)
      await expect(page.locator('.problems tbody')).toContainText(second.code)

      await page.locator('input[type=file]').setInputFiles(file([moved]))
      await expect(page.locator('.map')).toHaveCount(0)
      await page.getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('status').filter({ hasText: w.would })).toBeVisible()
      await expect(page.locator('.map path.moved')).toHaveCount(1)
      await expect(page.locator('.map path.same')).toHaveCount(shapes.length - 1)
      await expect(page.locator('.map path.before')).toHaveCount(shapes.length)
      // the file's own coordinates lie half a kilometre off; drawn it has moved by its two thousandths of a degree alone
      const [was, is] = await page.locator('.map > svg').evaluate((svg, code) => {
        const at = [...svg.querySelectorAll<SVGPathElement>('path.after')].findIndex((p) => p.textContent!.includes(code))
        const width = svg.querySelectorAll<SVGPathElement>('path.after')[at]!.getBBox()
        const befores = [...svg.querySelectorAll<SVGPathElement>('path.before')].map((p) => p.getBBox())
        const same = befores.find((b) => Math.abs(b.y - width.y) < 0.5 && Math.abs(b.width - width.width) < 0.5 && Math.abs(b.height - width.height) < 0.5)
        return [same?.x ?? NaN, width.x]
      }, first.code)
      const all = shapes.flatMap((s) => s.rings.flat()).map((p) => p[0])
      const perDegree = await page.locator('.map > svg').evaluate((svg) => Number(svg.getAttribute('viewBox')!.split(' ')[2]) - 4)
      const reach = Math.max(...all, ...first.rings.flat().map((p) => p[0] + 0.002)) - Math.min(...all)
      expect(Math.abs((is! - was!) / perDegree * reach - 0.002)).toBeLessThan(0.0002)
      await console.accessible()
      await console.fits()
      await console.picture(`areas-shapefile-${lang}-${size}`)
      expect(await outlines(city, parent), 'looking changes nothing').toEqual(stored)

      const rows = '代码,名称\n' + first.code + ',改了名的街道\n'
      await page.locator('input[type=file]').setInputFiles({ name: 'names.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
      await page.getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('status').filter({ hasText: w.list })).toBeVisible()
    })

    test('a GeoPackage whose border lies over its neighbour is looked at, and imported', async ({ console, page, city }) => {
      const { parent, stored, shapes } = await streets(city)
      const [first, second] = shapes as [typeof shapes[0], typeof shapes[0]]
      const middle = (rings: Ring[]) => rings[0]!.reduce((s, p) => s + p[0], 0) / rings[0]!.length
      const by = Math.sign(middle(second.rings) - middle(first.rings)) * 0.004
      const over = { ...first, rings: first.rings.map((r) => r.map(([x, y]) => [x + by, y] as [number, number])) }
      await console.open('M00001', 'areas', lang)
      await page.locator('input[type=file]').setInputFiles({ name: 'streets.gpkg', mimeType: 'application/geopackage+sqlite3', buffer: geoPackage([over], 4326) })
      await page.locator('select').selectOption('wgs84')
      await page.getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('status').filter({ hasText: w.would })).toBeVisible()
      await expect(page.locator('.map path.moved')).toHaveCount(1)
      const spots = page.locator('.map .spot')
      const overlap = spots.filter({ has: page.locator('title', { hasText: w.over }) }).first() // where the two lie over each other
      await expect(overlap).toBeVisible()
      await expect(page.locator('.map figcaption')).toContainText(w.found + ' ' + await spots.count())
      const inside = await overlap.evaluate((dot) => { dot.scrollIntoView({ block: 'center' }); const r = dot.getBoundingClientRect(); return document.elementsFromPoint(r.x + r.width / 2, r.y + r.height / 2).some((e) => e.matches('path.moved')) })
      expect(inside, 'the dot lies on the moved border').toBe(true)
      await console.accessible()
      await console.fits()
      await console.picture(`areas-geopackage-${lang}-${size}`)
      expect(await outlines(city, parent)).toEqual(stored)
      await page.getByRole('button', { name: w.run }).click()
      await expect(page.locator('.job[data-kind=areas][data-status=done]')).toBeVisible({ timeout: 30_000 })
      const moved = (await outlines(city, parent)).features.find((f) => f.properties.code === first.code)!
      const at = (g: typeof moved.geometry) => (g.type === 'Polygon' ? g.coordinates as Ring[] : (g.coordinates as Ring[][]).flat())
      expect(Math.abs(middle(at(moved.geometry)) - middle(over.rings))).toBeLessThan(0.0002)
    })
  })
}
