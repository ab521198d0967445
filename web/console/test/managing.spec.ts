import { test, expect, sizes, type Lang } from './test.ts'

interface Campaign { id: string; name: string; rev: number; status: string; hold_policy: string; territory: { code: string }[] }
interface Outlines { features: { properties: { code: string; name: string }; geometry: { type: string; coordinates: unknown[] } }[] }
/** shift moves a geometry some two hundred metres east. */
const shift = (c: unknown[]): unknown[] => (typeof c[0] === 'number' ? [c[0] + 0.002, ...c.slice(1)] : c.map((inner) => shift(inner as unknown[])))
const campaigns = '/api/doorstep/v1/campaigns'
const words = {
  zh: { new: '新建批次', add: '添加辖区', save: '保存', edit: '修改批次', errors: '有错误的记录', would: '改动 1 个', bad: '没有改动任何区划', go: '导入', look: '看会改什么' },
  en: { new: 'New campaign', add: 'Add an area', save: 'Save', edit: 'Edit', errors: 'records with errors', would: '1 changed', bad: 'nothing was changed', go: 'Import', look: 'See what would change' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    const w = words[lang]

    test('a campaign is opened and changed, and the others stay', async ({ console, page, city }) => {
      test.setTimeout(150_000)
      const list = async () => (await city.call<{ items: Campaign[] }>('M00001', 'GET', campaigns)).items
      const before = await list()
      await console.open('M00001', 'campaigns', lang)
      await page.getByRole('button', { name: w.new }).click()
      const dialog = page.getByRole('dialog').first()
      await dialog.locator('input').first().fill('冬季回访')
      await dialog.locator('select').first().selectOption('child_visit')
      await dialog.locator('input[type=date]').first().fill('2026-12-01')
      await dialog.locator('input[type=date]').last().fill('2026-12-31')
      await dialog.getByRole('button', { name: new RegExp(w.add) }).click()
      await page.locator('.areas .name').first().click()
      await expect(dialog.locator('.places li')).toHaveCount(1)
      await console.accessible()
      await console.fits()
      await console.picture(`campaign-${lang}-${size}`)
      await dialog.getByRole('button', { name: w.save }).click()
      await expect(page.getByRole('dialog')).toHaveCount(0)
      const card = page.locator('.rounds li', { hasText: '冬季回访' })
      await expect(card).toBeVisible()
      await card.getByRole('button', { name: new RegExp('^' + w.edit) }).click()
      await dialog.locator('select').nth(1).selectOption('errors')
      await dialog.getByRole('button', { name: w.save }).click()
      await expect(card).toContainText(w.errors)
      const after = await list()
      expect(after.length).toBe(before.length + 1)
      expect(after.filter((c) => before.some((b) => b.id === c.id)).sort((a, b) => a.id.localeCompare(b.id))).toEqual(before.sort((a, b) => a.id.localeCompare(b.id)))
      const made = after.find((c) => c.name === '冬季回访')!
      expect([made.hold_policy, made.status, made.rev]).toEqual(['errors', 'open', 2])
    })

    test('borders are looked at before they are imported: what is wrong is on the map, and what moves', async ({ console, page, city }) => {
      test.setTimeout(150_000)
      const me = await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')
      const below = async (parent: string) => city.call<Outlines>('M00001', 'GET', '/api/doorstep/v1/areas/outlines?parent=' + parent)
      let parent = me.territory[0]!.code
      for (let all = await below(parent); all.features[0] && all.features[0].properties.code.length < 9; all = await below(parent)) parent = all.features[0].properties.code
      const stored = await below(parent)
      const features = stored.features.map((f) => ({ type: 'Feature', properties: { ...f.properties, level: 'street' }, geometry: f.geometry }))
      const file = (all: unknown[]) => ({ name: 'streets.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: all })) })
      const [first, ...rest] = features
      const moved = { ...first, geometry: { ...first!.geometry, coordinates: shift(first!.geometry.coordinates) } }
      const broken = { ...rest[0], properties: { ...rest[0]!.properties, name: '' } }
      await console.open('M00001', 'areas', lang)
      await page.locator('input[type=file]').setInputFiles(file([first, broken]))
      await page.locator('select').selectOption('wgs84')
      await page.getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('alert')).toContainText(w.bad)
      await expect(page.locator('path.wrong')).toHaveCount(1)
      await console.accessible()
      await console.fits()
      await console.picture(`areas-problems-${lang}-${size}`)
      expect(await below(parent)).toEqual(stored)
      await page.locator('input[type=file]').setInputFiles(file([moved]))
      await page.getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('status').filter({ hasText: w.would })).toBeVisible()
      await expect(page.locator('path.moved')).toHaveCount(1)
      await console.picture(`areas-${lang}-${size}`)
      expect(await below(parent), 'looking changes nothing').toEqual(stored)
      await page.getByRole('button', { name: w.go, exact: true }).click()
      await expect.poll(async () => JSON.stringify((await below(parent)).features.find((f) => f.properties.code === first!.properties.code)?.geometry)).not.toBe(JSON.stringify(first!.geometry))
      const now = await below(parent)
      expect(now.features.filter((f) => f.properties.code !== first!.properties.code)).toEqual(stored.features.filter((f) => f.properties.code !== first!.properties.code))
    })
  })
}
