import { test, expect, sizes, type Lang } from './test.ts'

interface Item { collection: string; id: string; state: string }
interface Full { state: string; review: { decision: string; comment: string; fields: { ref: string; comment: string }[] }[] }
const read = (key: string) => `/api/doorstep/v1/records/${key}`
const keyIn = (url: string) => decodeURIComponent(new URL(url).searchParams.get('r') ?? '')

const words = {
  zh: { approve: '通过', undone: '已撤销', reopen: '重新打开', toReview: '待审核' },
  en: { approve: 'Approve', undone: 'Undone', reopen: 'Reopen', toReview: 'To review' },
}

for (const lang of ['zh', 'en'] as Lang[]) {
  test(`a review by keyboard alone (${lang})`, async ({ console, page, city }) => {
    await console.open('S00003', 'review', lang)
    await page.locator('.answers .answer').first().waitFor()
    const first = keyIn(page.url())
    await page.keyboard.press('j')
    await expect.poll(() => keyIn(page.url())).not.toBe(first)
    const focused = () => page.evaluate(() => document.activeElement?.className)
    await expect.poll(focused, 'the focus is at the record and not lost').toBe('right')
    const second = keyIn(page.url())
    await page.keyboard.press('k')
    await expect.poll(() => keyIn(page.url())).toBe(first)

    // a: the next record is there at once, and u takes the decision back before anything was sent.
    await page.locator('.answers .answer').first().waitFor()
    await page.keyboard.press('a')
    await expect.poll(() => keyIn(page.url())).toBe(second)
    await page.keyboard.press('u')
    await expect.poll(() => keyIn(page.url())).toBe(first)
    await expect.poll(focused).toBe('right')
    await expect(page.getByText(words[lang].undone)).toBeVisible()
    expect((await city.call<Full>('S00003', 'GET', read(first))).review).toEqual([])

    // Once more, and left alone it is sent.
    await page.locator('.answers .answer').first().waitFor()
    await page.keyboard.press('a')
    await expect.poll(async () => (await city.call<Full>('S00003', 'GET', read(first))).state, { timeout: 20_000 }).toBe('approved')
    expect((await city.call<Full>('S00003', 'GET', read(second))).state, 'its neighbour').not.toBe('approved')

    await page.keyboard.press('?')
    await expect(page.getByRole('dialog')).toContainText(lang === 'zh' ? '10 秒内撤销' : 'undo within ten seconds')
    await console.accessible()
    await console.picture(`keys-${lang}`)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })
}

for (const [size, viewport] of Object.entries(sizes)) {
  test.describe(size, () => {
    test.use({ viewport })
    test('a return with a comment pinned to a question and a canned reason', async ({ console, page, city }) => {
      await console.open('S00003', 'review')
      if (size === 'phone') await page.locator('.list .item').first().click()
      await page.locator('.answers .answer').first().waitFor()
      const key = keyIn(page.url())
      await page.keyboard.press('ArrowDown')
      const ref = await page.locator('.answer:focus').getAttribute('data-ref')
      await page.keyboard.press('c')
      await page.keyboard.type('请核对这一项')
      await page.keyboard.press('Escape')
      await page.keyboard.press('r')
      await expect(page.getByRole('dialog')).toContainText('请核对这一项')
      await page.keyboard.press('1')
      await expect(page.getByRole('dialog').locator('textarea')).toHaveValue(/门牌地址不完整/)
      await console.accessible()
      await console.fits()
      await console.picture(`return-${size}`)
      await page.keyboard.press('Control+Enter')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await expect.poll(async () => (await city.call<Full>('S00003', 'GET', read(key))).state, { timeout: 20_000 }).toBe('returned')
      const last = (await city.call<Full>('S00003', 'GET', read(key))).review.at(-1)!
      expect(last.comment).toContain('门牌地址不完整')
      expect(last.fields).toEqual([{ ref, comment: '请核对这一项' }])
    })
  })
}

test('a rejection needs its reason', async ({ console, page, city }) => {
  await console.open('S00003', 'review')
  await page.locator('.answers .answer').first().waitFor()
  const key = keyIn(page.url())
  await page.keyboard.press('x')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert')).toContainText('请写明原因')
  await page.keyboard.type('不是本次清查的对象')
  await page.keyboard.press('Control+Enter')
  await expect.poll(async () => (await city.call<Full>('S00003', 'GET', read(key))).state, { timeout: 20_000 }).toBe('rejected')
})

test('filters stand in the address, and a masked value is shown for a reason and stored nowhere', async ({ console, page }) => {
  await console.open('S00003', 'review?state=has_issues&form=child_visit')
  await page.locator('.answers .answer').first().waitFor()
  for (const item of await page.locator('.list .item').all()) await expect(item).toContainText('有疑问')
  const fold = page.locator('button.fold')
  if (await fold.count()) await page.keyboard.press('e')
  const masked = page.locator('.answer', { has: page.locator('.mask') }).first()
  const before = await masked.locator('.mask').innerText()
  const ref = await masked.getAttribute('data-ref') // before it is shown: the first that is masked is another one then
  await masked.locator('.q').click()
  await page.keyboard.press('v')
  await expect(page.getByRole('dialog').locator('textarea')).toBeFocused()
  await page.keyboard.type('too short')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert')).toContainText('10')
  await page.keyboard.type(' · 家长来电要求核对')
  await page.keyboard.press('Control+Enter')
  const shown = page.locator(`[data-ref="${ref}"] .clear`)
  await expect(shown).toBeVisible()
  const clear = await shown.innerText()
  expect(clear).not.toBe(before)
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href]))
  expect(kept).not.toContain(clear)
  await page.keyboard.press('j')
  await expect(page.getByText(clear, { exact: true })).toHaveCount(0)
})

test('who collected a record, or reads in another territory, is not asked to decide it', async ({ console, page, city }) => {
  const queue = await city.call<{ items: Item[] }>('S00003', 'GET', '/api/doorstep/v1/queue')
  const mine = new Set((await city.call<{ items: Item[] }>('S00006', 'GET', '/api/doorstep/v1/queue')).items.map((i) => i.id))
  const foreign = queue.items.find((i) => !mine.has(i.id))!
  await console.open('S00006', `review?r=${foreign.collection}/${foreign.id}`)
  await expect(page.getByText('已不在您的辖区')).toBeVisible()
  await expect(page.locator('.verdicts')).toHaveCount(0)
})

test('clean records are approved together, a sample stays in the queue, and all is taken back', async ({ console, page, city }) => {
  interface Set { n: number; held: number }
  const before = await city.call<Set>('S00003', 'GET', '/api/doorstep/v1/queue/clean')
  expect(before.n).toBeGreaterThan(0)
  const approved = async () => (await city.call<{ by_state: Record<string, { n: number }> }>('S00003', 'GET', '/api/doorstep/v1/queue/counts')).by_state.approved!.n
  const were = await approved()
  await console.open('S00003', 'review')
  await page.getByRole('button', { name: '批量通过' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(`将通过 ${before.n} 条`)
  await console.accessible()
  await console.picture('clean')
  await dialog.getByRole('button', { name: /^通过这/ }).click()
  await expect(dialog.locator('.job[data-kind=approve]').first()).toContainText(`通过了 ${before.n} 条`, { timeout: 40_000 })
  expect(await approved()).toBe(were + before.n)
  expect((await city.call<Set>('S00003', 'GET', '/api/doorstep/v1/queue/clean')).held).toBeGreaterThan(0)
  // The result outlives the page: it is found on Today, and what was approved is taken back from there.
  await page.goto(city.url + '/console/')
  const line = page.locator('.jobs .job[data-kind=approve]')
  await expect(line).toContainText(`通过了 ${before.n} 条`)
  await console.picture('jobs')
  await line.getByRole('button', { name: '全部撤回' }).click()
  await expect(page.locator('.jobs .job[data-kind=reopen][data-status=done]')).toBeVisible({ timeout: 40_000 })
  expect(await approved()).toBe(were)
})

test('of two reviewers each is told that the other reads the record', async ({ console, page, city }) => {
  const queue = await city.call<{ items: Item[] }>('S00003', 'GET', '/api/doorstep/v1/queue')
  const key = `${queue.items[0]!.collection}/${queue.items[0]!.id}`
  const manager = await city.call<{ name: string }>('M00001', 'GET', '/api/doorstep/v1/me')
  await city.call('M00001', 'GET', read(key))
  await console.open('S00003', `review?r=${key}`)
  await expect(page.locator('.pane header')).toContainText(manager.name + ' 正在查看')
  const me = await city.call<{ name: string }>('S00003', 'GET', '/api/doorstep/v1/me')
  const seen = await city.call<{ readers: { name: string }[] }>('M00001', 'GET', read(key))
  expect(seen.readers.map((r) => r.name)).toEqual([me.name])
})

test('a photo is looked at in the viewer, as a picture, and given back to the keyboard', async ({ console, page, city }) => {
  interface Queue { items: (Item & { photos: number })[] }
  interface Seen { complete: boolean; rows: { file: { type: string } | null }[] }
  let key = ''
  for (const i of (await city.call<Queue>('S00003', 'GET', '/api/doorstep/v1/queue?photo=1')).items) {
    const record = await city.call<Seen>('S00003', 'GET', read(`${i.collection}/${i.id}`))
    if (record.complete && record.rows.some((r) => r.file?.type.startsWith('image/'))) { key = `${i.collection}/${i.id}`; break }
  }
  await console.open('S00003', `review?photo=1&r=${key}`)
  const thumb = page.locator('.strip button').first()
  await expect(thumb.locator('img')).toBeVisible()
  await thumb.focus()
  await page.keyboard.press('Enter')
  const big = page.getByRole('dialog').locator('.viewer > img')
  await expect(big).toBeVisible()
  expect(await big.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBeGreaterThan(100)
  expect(await big.getAttribute('src'), 'no address that could be shared').toMatch(/^blob:/)
  await console.accessible()
  await console.picture('photo')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('dialog').getByRole('button', { name: '下载文件' }).click()])
  expect(download.suggestedFilename()).toMatch(/\.jpg$/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(thumb).toBeFocused()
})

test('beside a questioned answer stands what is usual in the district', async ({ console, page, city }) => {
  interface Seen { rows: { ref: string; usual: { low: string; high: string } | null }[] }
  let [key, ref, low] = ['', '', '']
  for (const i of (await city.call<{ items: Item[] }>('S00003', 'GET', '/api/doorstep/v1/queue?code=person.differs')).items) {
    const row = (await city.call<Seen>('S00003', 'GET', read(`${i.collection}/${i.id}`))).rows.find((r) => r.usual)
    if (row) [key, ref, low] = [`${i.collection}/${i.id}`, row.ref, row.usual!.low]
  }
  await console.open('S00003', `review?code=person.differs&r=${key}`)
  const answer = page.locator(`[data-ref="${ref}"]`)
  await expect(answer).toContainText('常见范围：' + low)
  await answer.scrollIntoViewIfNeeded()
  await console.accessible()
  await console.picture('usual')
})
