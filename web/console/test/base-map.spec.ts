import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toGCJ02 } from '../../kit/src/datum.ts'
import { test, expect, sizes, type Lang } from './test.ts'
import type { City } from './server.ts'

const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64')
const words = {
  zh: { credit: '© 测试地图 1', fails: '底图暂时取不到', without: '没有底图', set: '设置底图', off: '取消底图', ok: '确定', learns: '不知道是谁在看', inside: '内网' },
  en: { credit: '© Test map 1', fails: 'The base map does not come now', without: 'None', set: 'Set a base map', off: 'End the base map', ok: 'Confirm', learns: 'never learns who looks', inside: 'private' },
}
type Square = [number, number, number]

let tiles: Server
let asked: Square[] = []
test.beforeAll(async () => {
  tiles = createServer((req, res) => {
    asked.push(req.url!.split('/').slice(1).map(Number) as Square)
    res.setHeader('Content-Type', 'image/png')
    res.end(picture)
  })
  await new Promise<void>((done) => tiles.listen(0, '127.0.0.1', done))
})
test.afterAll(() => { tiles.close() })
test.beforeEach(() => { asked = [] })

/** operator runs the command beside the server; the tile server of this process answers meanwhile. */
const operator = async (city: City, ...args: string[]) =>
  (await promisify(execFile)(join(city.dir, '..', 'doorstep'), ['base-map', ...args, '--dir', join(city.dir, 'city')])).stdout
const address = () => `http://127.0.0.1:${(tiles.address() as AddressInfo).port}/{z}/{x}/{y}`

interface Outlines { features: { properties: { counts?: unknown }; geometry: { type: string; coordinates: number[][][] | number[][][][] } }[] }
const points = (all: Outlines) => all.features.filter((f) => f.properties.counts).flatMap((f) => (f.geometry.type === 'Polygon' ? f.geometry.coordinates as number[][][] : (f.geometry.coordinates as number[][][][]).flat()).flat() as [number, number][])
const onWorld = ([lon, lat]: [number, number]) => [(lon + 180) / 360, (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2] as const

test('the shift of Chinese maps is that of the server', () => {
  for (const [place, shifted] of [ // internal/grid/datum_test.go
    [[116.404, 39.915], [116.41024449916938, 39.91640428150164]], [[121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]],
    [[113.912316, 22.543847], [113.9171764808363, 22.540796131694766]], [[-0.1276, 51.5072], [-0.1276, 51.5072]],
  ] as [[number, number], [number, number]][]) {
    const got = toGCJ02(place)
    for (const i of [0, 1] as const) expect(Math.abs(got[i] - shifted[i])).toBeLessThan(3e-7)
  }
})

for (const [lang, size, datum] of [['zh', 'desk', 'gcj02'], ['en', 'phone', 'wgs84']] as [Lang, keyof typeof sizes, string][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a base map lies below the outlines, in its datum, and comes through the server', async ({ console, page, city }) => {
      expect(await operator(city, address(), '--datum', datum, '--credit', words[lang].credit, '--largest-zoom', '16', '--inside')).toContain('a square came')
      asked = []
      await console.open('S00003', 'progress', lang)
      const images = page.locator('.map svg.base image')
      await expect(images.first()).toBeVisible()
      await expect(page.locator('.map .credit')).toHaveText(words[lang].credit)
      await expect.poll(async () => asked.length > 3 && (await images.count()) === asked.length).toBe(true)
      await expect(page.locator('.map path').first()).toBeVisible()
      const drawn = await page.locator('.map > svg').evaluate((svg) => {
        const area = svg.querySelector('path')!.getBoundingClientRect()
        const there = document.elementsFromPoint(area.x + area.width / 2, area.y + area.height / 2).map((e) => e.tagName)
        const boxes = [...svg.querySelectorAll<SVGGraphicsElement>(':scope > path')].map((p) => p.getBBox())
        const image = svg.querySelector('image')!
        const at = (name: string) => Number(image.getAttribute(name))
        return {
          there, x: at('x'), y: at('y'), side: at('width'), href: image.getAttribute('href')!, below: svg.firstElementChild!.classList.contains('base'),
          left: Math.min(...boxes.map((b) => b.x)), top: Math.min(...boxes.map((b) => b.y)),
        }
      })
      expect(drawn.href).toMatch(/^blob:/)
      expect(drawn.below).toBe(true)
      // the first square is that in the north-west; where the outlines begin on the world follows from it
      const [z, column, row] = [asked[0]![0], Math.min(...asked.map((a) => a[1])), Math.min(...asked.map((a) => a[2]))]
      const { territory } = await city.call<{ territory: { code: string }[] }>('S00003', 'GET', '/api/doorstep/v1/me')
      const within = territory.length === 1 ? `parent=${territory[0]!.code}&` : ''
      const outlines = await city.call<Outlines>('S00003', 'GET', `/api/doorstep/v1/areas/outlines?${within}counts=1`)
      const world = points(outlines).map((p) => onWorld(datum === 'gcj02' ? toGCJ02(p) : p))
      const begins = [Math.min(...world.map((p) => p[0])), Math.min(...world.map((p) => p[1]))] as const
      const n = 2 ** z
      expect(Math.abs((begins[0] * n - column) * drawn.side + drawn.x - drawn.left)).toBeLessThan(0.2)
      expect(Math.abs((begins[1] * n - row) * drawn.side + drawn.y - drawn.top)).toBeLessThan(0.2)
      await console.accessible()
      await console.fits()
      await console.picture(`base-map-${lang}-${size}`)

      await operator(city, 'http://127.0.0.1:1/{z}/{x}/{y}', '--datum', datum, '--credit', words[lang].credit, '--inside')
      await page.reload()
      await expect(page.locator('.map .credit')).toContainText(words[lang].fails)
      await expect(page.locator('.map path').first()).toBeVisible()
      await expect(images).toHaveCount(0)

      await operator(city, 'off')
      await page.reload()
      await expect(page.locator('.map path').first()).toBeVisible()
      await expect(page.locator('.map .credit')).toHaveCount(0)
    })

    test('a manager of the whole city sets it, having read what the tile server learns', async ({ console, page }) => {
      const w = words[lang]
      await console.open('M00001', 'watch', lang)
      const card = page.locator('.base-map')
      await expect(card).toContainText(w.without)
      await card.getByRole('button', { name: w.set }).click()
      const dialog = page.getByRole('dialog')
      await dialog.locator('input[type=url]').fill(address())
      await dialog.locator('select').selectOption(datum)
      await dialog.locator('input').nth(1).fill(w.credit)
      const confirm = dialog.getByRole('button', { name: w.ok })
      await expect(confirm).toBeDisabled()
      await expect(dialog).toContainText(w.learns)
      await console.accessible()
      await console.fits()
      await console.picture(`base-map-set-${lang}-${size}`)
      await dialog.getByRole('checkbox').check()
      await confirm.click()
      await expect(card.getByRole('status')).toContainText(w.inside) // an address inside is none for the console, and nobody asked it
      expect(asked).toEqual([])
      await expect(card).toContainText(w.credit)
      await expect(card).toContainText('127.0.0.1')
      await console.accessible()
      await console.fits()
      await card.getByRole('button', { name: w.off }).click()
      await dialog.getByRole('button', { name: w.ok }).click()
      await expect(card).toContainText(w.without)
    })

    test('a record lies on the base map too', async ({ console, page, city }) => {
      await operator(city, address(), '--datum', datum, '--credit', words[lang].credit, '--inside')
      const { items } = await city.call<{ items: { collection: string; id: string }[] }>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit')
      await console.open('S00003', `review?r=${items[0]!.collection}/${items[0]!.id}`, lang)
      await expect(page.locator('svg.place image').first()).toBeVisible()
      await expect(page.locator('svg.place .outline').first()).toBeVisible()
      await console.accessible()
      await console.fits()
      await console.picture(`base-map-record-${lang}-${size}`)
    })
  })
}
