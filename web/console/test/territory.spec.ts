import { test, expect, sizes, type Lang } from './test.ts'

interface Work { id: string; area: string; worker: string; status: string; household: string }
interface Counted { code: string; expected: number; completed: number }
const words = {
  zh: { assign: '分配任务', box: '框选', line: '圈选', spread: '在几名采集员之间均衡分配', check: '看会改什么', go: '分配', would: '将新增', borders: '边界改动前后', earlier: '改动前的边界' },
  en: { assign: 'Assign work', box: 'A box', line: 'A line around', spread: 'Balanced between several workers', check: 'See what would change', go: 'Assign', would: 'Would add', borders: 'Borders before and after', earlier: 'Borders before' },
}

for (const [lang, size] of [['zh', 'desk'], ['zh', 'phone'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    const w = words[lang]

    test('the map leads from the city to the grids, with what is counted', async ({ console, page, city }) => {
      test.setTimeout(120_000)
      await console.open('S00003', 'progress', lang)
      for (const level of ['district', 'street', 'community', 'grid']) {
        const within = new URL(page.url()).searchParams.get('in') ?? ''
        const counted = (await city.call<{ items: Counted[] }>('S00003', 'GET', `/api/doorstep/v1/coverage?level=${level}&within=${within}`)).items
        await expect(page.locator('.map .area')).toHaveCount(counted.length)
        const most = counted.reduce((a, b) => (b.completed > a.completed ? b : a))
        const area = page.locator('.map .area').nth(counted.findIndex((c) => c.code === most.code))
        await expect(area.locator('title')).toContainText(new RegExp(`\\b${most.completed.toLocaleString('en')}\\b`))
        await expect(page.locator('.map text')).toHaveCount(counted.length)
        await console.fits()
        await console.picture(`progress-${level}-${lang}-${size}`)
        if (level !== 'grid') {
          await area.dispatchEvent('click')
          await expect(page).toHaveURL(new RegExp(`in=${most.code}`))
        }
      }
      await console.accessible()
      await page.reload()
      await expect(page.locator('.crumbs .link')).toHaveCount(4)
    })

    test('grids that a box and a line are drawn around are given to two workers, balanced', async ({ console, page, city }) => {
      test.setTimeout(120_000)
      const campaign = (await city.call<{ items: { id: string; form: string; status: string }[] }>('S00006', 'GET', '/api/doorstep/v1/campaigns')).items
        .find((c) => c.form === 'child_visit' && c.status === 'open')!.id
      const work = async () => (await city.call<{ items: Work[] }>('S00006', 'GET', `/api/doorstep/v1/work?campaign=${campaign}&limit=200`)).items
      const before = await work()
      await console.open('S00006', 'work?campaign=' + campaign, lang)
      await page.getByRole('button', { name: w.assign }).click()
      await page.locator('.fields .pick').click()
      await page.locator('.areas li .button').first().click()
      await page.locator('.areas .name').first().click()
      const svg = page.locator('.map svg')
      await svg.scrollIntoViewIfNeeded()
      const at = (await svg.boundingBox())!
      const total = await page.locator('.map .area').count()
      const drag = async (points: [number, number][]) => {
        await page.mouse.move(at.x + points[0]![0] * at.width, at.y + points[0]![1] * at.height)
        await page.mouse.down()
        for (const [x, y] of points.slice(1)) await page.mouse.move(at.x + x * at.width, at.y + y * at.height, { steps: 4 })
        await page.mouse.up()
      }
      const picked = () => page.locator('.map .mine.area').count()
      await page.getByLabel(w.box).check()
      await drag([[0.01, 0.01], [0.5, 0.99]])
      const half = await picked()
      expect(half).toBeGreaterThan(0)
      expect(half, 'what lies beside the box is not taken').toBeLessThan(total)
      await page.getByLabel(w.line).check()
      await drag([[0.02, 0.02], [0.98, 0.02], [0.98, 0.98], [0.02, 0.98], [0.02, 0.02]])
      expect(await picked()).toBeGreaterThan(half)
      await page.getByLabel(w.spread).check()
      const crew = page.locator('.among input')
      await crew.nth(0).check()
      await crew.nth(1).check()
      await page.getByRole('button', { name: w.check }).click()
      await expect(page.getByRole('status').filter({ hasText: w.would })).toBeVisible()
      expect(await work(), 'looking changes nothing').toEqual(before)
      await console.accessible()
      await console.fits()
      await console.picture(`work-drawn-${lang}-${size}`)
      await page.getByRole('button', { name: w.go, exact: true }).click()
      await expect.poll(async () => JSON.stringify(await work())).not.toBe(JSON.stringify(before))
    })

    test('a grid that was split in the third week is shown as it was and as it is', async ({ console, page }) => {
      await console.open('M00001', 'areas', lang)
      await page.getByRole('button', { name: w.borders }).first().click()
      const now = page.locator('.map path.after')
      await expect(now.first()).toBeVisible()
      await expect(page.locator('.map path.before'), 'one became two').toHaveCount((await now.count()) - 1)
      expect(await page.locator('.map path.after.same').count()).toBe((await now.count()) - 2)
      await expect(page.locator('.map path.after.new')).toHaveCount(2)
      await expect(page.getByText(w.earlier, { exact: true })).toBeVisible()
      await page.locator('.map svg').scrollIntoViewIfNeeded()
      await console.accessible()
      await console.fits()
      await console.picture(`areas-changed-${lang}-${size}`)
    })

    test('what is unusual in an interview stands beside its answers', async ({ console, page, city }) => {
      const street = (await city.call<{ territory: { code: string }[] }>('S00006', 'GET', '/api/doorstep/v1/me')).territory[0]!.code
      const seen = await city.call<{ interviews: { collection: string; id: string; flags: { kind: string }[] }[] }>('S00006', 'GET', `/api/doorstep/v1/quality?form=child_visit&area=${street}`)
      const odd = seen.interviews[0]!
      await console.open('S00006', `review?r=${odd.collection}/${odd.id}`, lang)
      await expect(page.locator('.unusual li')).toHaveCount(odd.flags.length)
      await console.accessible()
      await console.fits()
      await console.picture(`review-unusual-${lang}-${size}`)
    })
  })
}
