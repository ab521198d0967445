import { test, expect, sizes, type Lang } from './test.ts'

// What each page says first, to know that it is there.
const pages: { path: string; staff: string; zh: string; en: string; there: string }[] = [
  { path: '', staff: 'S00003', zh: '今日', en: 'Today', there: '.cards' },
  { path: 'review', staff: 'S00003', zh: '审核', en: 'Review', there: '.answers .answer' },
  { path: 'duplicates', staff: 'S00003', zh: '疑似重复', en: 'Possible duplicates', there: '.one table' },
  { path: 'quarantine', staff: 'S00003', zh: '隔离的提交', en: 'Held submissions', there: '.one .actions' },
  { path: 'reports', staff: 'S00003', zh: '强制报告', en: 'Mandatory reports', there: '.page h1' },
  { path: 'unplaced', staff: 'S00003', zh: '未定位的记录', en: 'Unplaced records', there: '.page h1' },
  { path: 'progress', staff: 'S00003', zh: '进度', en: 'Progress', there: '.pace' },
  { path: 'needs', staff: 'S00003', zh: '需求', en: 'Needs', there: '.page h1' },
  { path: 'work', staff: 'S00003', zh: '任务分配', en: 'Work', there: 'table.works' },
  { path: 'quality', staff: 'S00003', zh: '质量提示', en: 'Quality', there: 'ol.list li' },
  { path: 'recheck', staff: 'S00003', zh: '复核访问', en: 'Re-checks', there: 'table.queue' },
  { path: 'day', staff: 'S00003', zh: '人员一日', en: 'A worker’s day', there: '.choice select' },
  { path: 'people', staff: 'S00003', zh: '人员与住户', en: 'People', there: '.find' },
  { path: 'workers', staff: 'M00001', zh: '人员与平板', en: 'Workers and tablets', there: '.people li' },
  { path: 'forms', staff: 'M00001', zh: '问卷', en: 'Forms', there: 'tbody tr' },
  { path: 'points', staff: 'M00001', zh: '分值与等级', en: 'Points and grades', there: 'td input' },
  { path: 'data', staff: 'M00001', zh: '导出数据', en: 'Export data', there: 'option' },
  { path: 'campaigns', staff: 'M00001', zh: '批次', en: 'Campaigns', there: '.rounds li' },
  { path: 'areas', staff: 'M00001', zh: '区划与边界', en: 'Areas and borders', there: 'input[type=file]' },
  { path: 'watch', staff: 'M00001', zh: '监督', en: 'Watch', there: '.prove' },
]

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
        await console.picture(`${p.path || 'today'}-${lang}-${size}`)
      }
    })
  })
}
