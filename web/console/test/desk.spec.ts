import type { Route } from '@playwright/test'
import { pages } from './pages.ts'
import { City } from './server.ts'
import { test, expect, flow } from './test.ts'

flow('what a page is narrowed to is there after a reload, and areas are told by their names', async ({ console, page, t }) => {
  await console.open('M00001', 'data')
  const format = page.getByLabel(t('data.format'))
  await format.selectOption('csv')
  await page.getByLabel(t('state.rejected')).check()
  await page.reload()
  await expect(format).toHaveValue('csv')
  await expect(page.getByLabel(t('state.rejected'))).toBeChecked()
  await expect(page.getByLabel(t('state.approved'))).toBeChecked()

  await page.goto(console.city.url + '/console/work?area=990101001001')
  const area = page.getByRole('button', { name: t('review.area') + t('app.colon') })
  await expect(area).not.toContainText('990101001001')
  await expect(area).toContainText('社区')
  await page.goto(console.city.url + '/console/progress?in=990101001&level=community')
  await expect(page.locator('.crumbs')).toContainText('街道')
  await expect(page.locator('.crumbs')).not.toContainText('9901')
})

flow('a worker’s day begins with the workers to choose from, and keeps the chosen one', async ({ console, page, t }) => {
  await console.open('S00003', 'day')
  const first = page.locator('.byworker tbody a').first()
  const name = await first.innerText()
  await first.click()
  await expect(page.locator('h1')).toContainText(name)
  await page.locator('.visits li').first().waitFor()
  const worker = page.getByLabel(t('work.worker'))
  await expect(worker.locator('option:checked')).toContainText(name)
  await page.getByRole('button', { name: t('review.area') + t('app.colon') }).click()
  const there = page.locator('.areas .name').first()
  await there.click()
  await expect(page, 'the area is kept, and the worker').toHaveURL(/worker=.*area=|area=.*worker=/)
  await expect(worker.locator('option:checked')).toContainText(name)
})

test.describe('a machine with another clock', () => {
  test.use({ timezoneId: 'America/Los_Angeles' })
  test('moments are told by the clock of the survey, and with their year once it is another', async ({ console, page, city }) => {
    interface Queue { items: { finished_at: string }[] }
    const [item] = (await city.call<Queue>('S00003', 'GET', '/api/doorstep/v1/queue?state=received,has_issues,edited&limit=1')).items
    const here = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(new Date(item!.finished_at.replace(' ', 'T')))
    await console.open('S00003', 'review')
    await expect(page.locator('.list .item').first()).toContainText(here)
    const later = new Date()
    later.setFullYear(later.getFullYear() + 1)
    await page.clock.setFixedTime(later)
    await page.reload()
    await expect(page.locator('.list .item').first()).toContainText(item!.finished_at.slice(0, 4) + '/' + here)

    // A window of days is that of the survey too.
    interface Round { name: string; starts: string; ends: string }
    await page.evaluate(() => sessionStorage.clear())
    await console.open('M00001', 'campaigns')
    await page.getByRole('button', { name: '新建批次' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('名称').fill('冬季回访')
    await dialog.getByLabel('问卷').first().selectOption('child_visit')
    await dialog.getByLabel('自', { exact: true }).fill('2026-12-01')
    await dialog.getByLabel('至', { exact: true }).fill('2026-12-31')
    await dialog.getByRole('button', { name: /^辖区/ }).click()
    await page.locator('.areas .name').first().click()
    await dialog.getByRole('button', { name: '保存' }).click()
    await expect(dialog).toHaveCount(0)
    const round = (await city.call<{ items: Round[] }>('M00001', 'GET', '/api/doorstep/v1/campaigns')).items.find((c) => c.name === '冬季回访')!
    expect([round.starts, round.ends].map((s) => s.slice(0, 16))).toEqual(['2026-11-30 16:00', '2026-12-31 15:59'])
    await page.locator('.rounds li', { hasText: '冬季回访' }).getByRole('button').last().click()
    await expect(dialog.getByLabel('自', { exact: true })).toHaveValue('2026-12-01')
    await expect(dialog.getByLabel('至', { exact: true })).toHaveValue('2026-12-31')
  })
})

const first = test.extend({
  city: async ({}, use) => {
    const city = await City.bare()
    await use(city)
    await city.end()
  },
})

first('a city on its first day: it is said what comes first, and no page is without a word', async ({ console, page, city }) => {
  first.setTimeout(120_000)
  await console.open('M00001')
  await page.waitForLoadState('networkidle') // what is not known yet may look like a first day
  await expect(page.locator('.first li')).toHaveCount(4)
  await console.picture('first-day')
  const wrong: string[] = []
  page.on('console', (m) => { if (m.type() === 'error') wrong.push(m.text()) })
  for (const [path, says] of [['work', '没有进行中的批次'], ['recheck', '没有进行中的批次'], ['campaigns', '批次写明用哪份问卷'], ['day', '还没有人提交记录'], ['needs', '还没有记录到需求'], ['review', '队列已清空'], ['duplicates', '没有待决定的重复'], ['quarantine', '没有隔离的提交'], ['reports', '没有待处理的强制报告'], ['unplaced', '所有记录都已定位到网格'], ['quality', '没有特别之处'], ['progress', '还没有人提交记录']] as const) {
    await page.goto(city.url + '/console/' + path)
    await expect(page.getByText(says).first()).toBeVisible()
    if (await page.locator('.empty').count()) await expect(page.getByRole('button', { name: '再看一次' }).first()).toBeVisible()
    await console.accessible()
    await console.fits()
  }
  await expect(page.locator('.both table').first()).toBeVisible()
  await expect(page.locator('figure.map'), 'no boundaries, no map').toHaveCount(0)
  expect(wrong).toEqual([])
  await page.goto(city.url + '/console/work')
  await page.locator('.empty a').click()
  await expect(page).toHaveURL(/campaigns$/)
})

test('a city with a campaign has had its first day', async ({ console, page }) => {
  await console.open('M00001')
  await page.waitForLoadState('networkidle')
  await expect(page.locator('.cards')).toBeVisible()
  await expect(page.locator('.first')).toHaveCount(0)
})

test('two managers at one table: what was typed stays, and the other change is not undone', async ({ console, page, city }) => {
  interface Table { items: { code: string; basis: string }[]; rev: string }
  const path = '/api/doorstep/v1/services'
  await console.open('M00001', 'needs')
  const mine = page.getByLabel('依据 b02')
  await mine.fill('本市文件甲')
  const before = await city.call<Table>('M00001', 'GET', path)
  await city.call('M00001', 'POST', path, { services: before.items.map((s) => (s.code === 'b03' ? { ...s, basis: '本市文件乙' } : s)) })
  await page.getByRole('button', { name: '先看会改什么' }).click()
  await expect(page.getByRole('alert').first()).toContainText('内容已被别人修改')
  await expect(page.getByText('别人刚刚改了这张表')).toBeVisible()
  await expect(mine).toHaveValue('本市文件甲')
  await console.accessible()
  await page.getByRole('button', { name: '读取新表' }).click()
  await expect(page.getByLabel('依据 b03')).toHaveValue('本市文件乙')
  await mine.fill('本市文件甲')
  await page.getByRole('button', { name: '先看会改什么' }).click()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect.poll(async () => (await city.call<Table>('M00001', 'GET', path)).items.filter((s) => ['b02', 'b03'].includes(s.code)).map((s) => s.basis)).toEqual(['本市文件甲', '本市文件乙'])
})

test('a file with the table of services does not undo what a colleague changed meanwhile', async ({ console, page, city }) => {
  interface Table { items: { code: string; basis: string }[] }
  const path = '/api/doorstep/v1/services'
  await console.open('M00001', 'needs')
  await page.getByLabel('依据 b02').waitFor()
  const before = await city.call<Table>('M00001', 'GET', path)
  await page.locator('input[type=file]').setInputFiles({ name: 'services.csv', mimeType: 'text/csv', buffer: Buffer.from('code,name_zh\nb01,助餐\n') })
  await city.call('M00001', 'POST', path, { services: before.items.map((s) => (s.code === 'b03' ? { ...s, basis: '本市文件乙' } : s)) })
  const look = page.getByRole('button', { name: '先看会改什么' })
  await look.click()
  await expect(page.getByRole('alert').first()).toContainText('内容已被别人修改')
  await expect(page.getByRole('button', { name: '保存', exact: true })).toBeDisabled()
  await page.getByRole('button', { name: '读取新表' }).click()
  await expect(page.getByLabel('依据 b03')).toHaveValue('本市文件乙')
  await look.click()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect.poll(async () => (await city.call<Table>('M00001', 'GET', path)).items.map((s) => s.code)).toEqual(['b01'])

  // A file tells by its name from which table it was downloaded.
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '下载表格' }).click()
  const name = (await download).suggestedFilename()
  const bring = () => page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from('code,name_zh\nb01,送餐\n') })
  await bring()
  await expect(look).toBeEnabled()
  await city.call('M00001', 'POST', path, { services: before.items })
  await page.reload()
  await page.getByLabel('依据 b03').waitFor()
  await bring()
  await expect(page.getByRole('alert')).toContainText('这份文件下载以后')
  await expect(look).toBeDisabled()
})

test('typing a remark draws the answer at which it stands, and no other', async ({ console, page }) => {
  await console.open('S00003', 'review')
  const answers = page.locator('.answers .answer')
  await answers.first().waitFor()
  if (await page.locator('button.fold').count()) await page.keyboard.press('e')
  for (const n of [0, 1]) {
    await answers.nth(n).locator('.q').click()
    await page.keyboard.press('c')
    await page.keyboard.press('Escape')
  }
  const [mine, other] = [answers.nth(0).locator('textarea'), answers.nth(1).locator('textarea')]
  // The framework notes the value of a field whenever it draws it.
  await other.evaluate((field) => Object.defineProperty(field, '_value', { get: () => '', set: () => { document.body.dataset.drawn = 'yes' } }))
  await mine.pressSequentially('门口照片请重拍')
  await expect(mine).toHaveValue('门口照片请重拍')
  await expect(page.locator('body[data-drawn]'), 'the other one').toHaveCount(0)
  await other.press('x')
  await expect(page.locator('body[data-drawn]')).toHaveCount(1)
})

test('every page that waits says so; one whose answer fails says so, and asks again', async ({ console, page, city }) => {
  test.setTimeout(120_000)
  let how: 'wait' | 'fail' | 'pass' = 'pass'
  const held: Route[] = []
  await page.route(/\/api\/doorstep\/v1\/(?!me$)/, (route) => (how === 'wait' ? held.push(route) : how === 'fail' ? route.fulfill({ status: 500, json: {} }) : route.continue()))
  let staff = ''
  for (const p of pages) {
    if (p.path === 'people') continue // asks for nothing by itself
    how = 'pass'
    if (p.staff !== staff) {
      if (staff) await page.evaluate(() => sessionStorage.clear())
      await console.open(staff = p.staff)
    }
    how = 'wait'
    await page.goto(`${city.url}/console/${p.path}`)
    await expect(page.getByText('正在读取…').first(), p.path + ' waits').toBeVisible()
    how = 'fail'
    for (const route of held.splice(0)) await route.fulfill({ status: 500, json: {} })
    const again = page.getByRole('alert').getByRole('button', { name: '再试一次' })
    await expect(again.first(), p.path + ' failed').toBeVisible()
    await expect(page.locator('.empty').filter({ hasText: /./ }), p.path + ' knows nothing yet').toHaveCount(0)
    how = 'pass'
    while (await again.count()) await again.first().click()
    await page.locator(p.there).first().waitFor({ state: 'attached' })
  }
})

test('rounds of a repeat are told apart by their number', async ({ console, page, city }) => {
  interface Queue { items: { collection: string; id: string }[] }
  const { items } = await city.call<Queue>('S00003', 'GET', '/api/doorstep/v1/queue?state=received,has_issues,edited&form=child_visit&limit=60')
  let found = ''
  for (const i of items) {
    const key = `${i.collection}/${i.id}`
    const { rows } = await city.call<{ rows: { ref: string; kind: string }[] }>('S00003', 'GET', '/api/doorstep/v1/records/' + key)
    if (rows.some((r) => r.kind === 'repeat' && r.ref.endsWith('[2]'))) { found = key; break }
  }
  await console.open('S00003', 'review?r=' + encodeURIComponent(found))
  await page.locator('.answers .answer').first().waitFor()
  if (await page.locator('button.fold').count()) await page.keyboard.press('e')
  for (const n of ['1', '2']) await expect(page.locator('.answers :is(.head, .sub)').filter({ hasText: new RegExp(`\\D ${n}$`) }).first()).toBeAttached()
})

test('a list that is scrolled far keeps a few pages of it, both ways, and decisions ask for none of them anew at once', async ({ console, page, city }) => {
  let asked = 0
  await page.clock.install()
  await page.route(/\/v1\/queue\?/, (route) => { asked++; return route.continue({ url: route.request().url() + '&limit=10' }) })
  await console.open('S00003', 'review')
  const [list, items] = [page.locator('.review .list'), page.locator('.list .item')]
  const first = await items.first().innerText()
  await items.nth(1).focus()
  for (let n = 0; asked < 12; n++) {
    expect(n, 'it goes on').toBeLessThan(60)
    await page.keyboard.press('End')
    await page.waitForTimeout(100)
  }
  await page.waitForLoadState('networkidle')
  expect(await items.count()).toBeLessThanOrEqual(50)
  await expect(items.filter({ hasText: first })).toHaveCount(0)

  // What is looked at stays there when the pages before it come back.
  const seen = () => list.evaluate((l) => [...l.querySelectorAll('.item')].find((i) => i.getBoundingClientRect().top >= l.getBoundingClientRect().top - 2)!.textContent)
  await list.evaluate((l) => { l.scrollTop = 0 })
  const top = await seen()
  await page.waitForLoadState('networkidle')
  expect(await seen()).toBe(top)
  await expect.poll(() => list.evaluate((l) => l.scrollTop)).toBeGreaterThan(200)
  await page.getByRole('button', { name: '加载前面的' }).waitFor({ state: 'attached' })

  await items.nth(20).click()
  await page.locator('.answers .answer').first().waitFor()
  await page.waitForLoadState('networkidle')
  asked = 0
  const told: string[] = []
  page.on('response', (r) => { if (r.url().endsWith('/review') && r.ok()) told.push(r.url()) })
  const was = await items.count()
  for (const n of [1, 2]) {
    await page.locator('.verdicts .good:enabled').waitFor()
    await page.keyboard.press('a')
    await expect(items).toHaveCount(was - n)
  }
  await page.clock.fastForward('00:11')
  await expect.poll(() => told.length).toBe(2)
  await page.clock.fastForward('00:05')
  await page.waitForLoadState('networkidle')
  expect([asked, await items.count()]).toEqual([0, was - 2])

  // What somebody else decided goes once the pages have rested.
  const shown = () => new URL(page.url()).searchParams.get('r')!
  const before = shown()
  await items.nth(10).click()
  await expect.poll(shown).not.toBe(before)
  const theirs = shown()
  const { rev } = await city.call<{ rev: number }>('S00003', 'GET', '/api/doorstep/v1/records/' + theirs)
  await city.call('S00003', 'POST', `/api/doorstep/v1/records/${theirs}/review`, { decision: 'approve', rev, comment: '', fields: [] })
  await page.keyboard.press('j')
  await expect.poll(shown).not.toBe(theirs)
  await page.locator('.verdicts .good:enabled').waitFor()
  await page.clock.fastForward('00:20')
  await page.waitForLoadState('networkidle')
  asked = 0
  const fresh: string[] = []
  page.on('response', async (r) => { if (r.url().includes('/v1/queue?')) fresh.push(...((await r.json()) as { items: { id: string }[] }).items.map((i) => i.id)) })
  await page.keyboard.press('a')
  await page.clock.fastForward('00:11')
  await expect.poll(() => told.length).toBe(3)
  await page.clock.fastForward('00:05')
  await expect.poll(() => fresh.length).toBe(50)
  expect([asked, fresh.includes(theirs.split('/')[1]!)]).toEqual([5, false])
})

test('the next one is that behind the one that is shown, wherever the list was scrolled', async ({ console, page }) => {
  await page.route(/\/v1\/queue\?/, (route) => route.continue({ url: route.request().url() + '&limit=10' }))
  await console.open('S00003', 'review')
  const [items, current] = [page.locator('.list .item'), page.locator('.list .item[aria-current=true]')]
  await current.waitFor()
  const next = await items.nth(1).textContent()
  await items.nth(1).focus()
  for (let n = 0; await current.count(); n++) {
    expect(n, 'it goes on').toBeLessThan(60)
    await page.keyboard.press('End')
    await page.waitForTimeout(100)
  }
  await page.keyboard.press('j')
  await expect(current).toHaveText(next!)
})

test('a filter that is narrow is asked on for, each page once, and nothing is called empty before its end', async ({ console, page }) => {
  const asked: string[] = []
  await page.route(/\/v1\/queue\?/, async (route) => {
    const url = route.request().url()
    asked.push(url)
    const answer = await route.fetch({ url: url + '&limit=4' })
    const json = (await answer.json()) as { items: unknown[] }
    await route.fulfill({ response: answer, json: { ...json, items: asked.length % 4 ? [] : json.items } }) // as the server does that looks at so many
  })
  await console.open('S00003', 'review')
  await page.waitForLoadState('networkidle')
  await expect(page.getByText('队列已清空')).toHaveCount(0)
  expect(new Set(asked).size).toBe(asked.length)
  expect(await page.locator('.list .item').count()).toBeGreaterThan(9)
})
