import { test, expect } from './test.ts'

interface Full { state: string; review: { decision: string; comment: string }[] }
const keyIn = (url: string) => decodeURIComponent(new URL(url).searchParams.get('r') ?? '')

test('a session that ends while a comment is typed asks to sign in again and keeps the comment', async ({ console, page, city }) => {
  await console.open('S00004', 'review')
  await page.locator('.answers .answer').first().waitFor()
  const key = keyIn(page.url())
  await page.keyboard.press('r')
  await page.getByRole('dialog').locator('textarea').fill('门口照片与住户不符,请重拍')
  // A manager ends every session of this person, and lets them in again.
  const me = await city.call<{ id: string }>('S00004', 'GET', '/api/doorstep/v1/me')
  await city.call('M00001', 'POST', `/api/doorstep/v1/workers/${me.id}/second-factor/reset`)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('登录已过期')).toBeVisible({ timeout: 20_000 })
  await expect(page.locator('.answers')).not.toBeVisible()
  await console.accessible()
  await console.picture('expired')
  await console.again()
  await expect.poll(async () => city.call<Full>('S00003', 'GET', `/api/doorstep/v1/records/${key}`).then((r) => [r.state, r.review.at(-1)?.comment]), { timeout: 20_000 })
    .toEqual(['returned', '门口照片与住户不符,请重拍'])
})

test('a session that ends while a dialog is open keeps what is in it', async ({ console, page, city }) => {
  await console.open('S00004', 'review')
  await page.locator('.answers .answer').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('c')
  await page.keyboard.type('写到一半的批注')
  const me = await city.call<{ id: string }>('S00004', 'GET', '/api/doorstep/v1/me')
  await city.call('M00001', 'POST', `/api/doorstep/v1/workers/${me.id}/second-factor/reset`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: '历史' }).click()
  await expect(page.getByText('登录已过期')).toBeVisible()
  await console.again()
  await page.getByRole('tab', { name: '答案' }).click()
  await expect(page.locator('.note textarea')).toHaveValue('写到一半的批注')
})

test('the server is killed in the middle of a review: it is said, and nothing is lost', async ({ console, page, city }) => {
  await console.open('S00003', 'review')
  await page.locator('.answers .answer').first().waitFor()
  const key = keyIn(page.url())
  await city.end('SIGKILL')
  await page.keyboard.press('r')
  await page.getByRole('dialog').locator('textarea').fill('定位请在门口重新采集')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert').filter({ hasText: '连接不上服务器' })).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('1 个决定尚未送出')).toBeVisible({ timeout: 20_000 })
  await console.picture('killed') // axe is not asked: it waits for a server that is gone
  // It is kept in the tab, for an impatient hand that loads the page anew.
  const kept = await page.evaluate(() => sessionStorage.getItem('doorstep.decisions'))
  expect(kept).toContain('定位请在门口重新采集')
  await city.start()
  await expect.poll(async () => city.call<Full>('S00003', 'GET', `/api/doorstep/v1/records/${key}`).then((r) => [r.state, r.review.at(-1)?.comment]), { timeout: 30_000 })
    .toEqual(['returned', '定位请在门口重新采集'])
  await expect(page.getByText('个决定尚未送出')).toHaveCount(0)
  await expect(page.getByRole('alert').filter({ hasText: '连接不上服务器' })).toHaveCount(0)
})

test('a record that somebody else decided meanwhile is refused, said, and the comment kept', async ({ console, page, city }) => {
  await console.open('S00003', 'review')
  await page.locator('.answers .answer').first().waitFor()
  const key = keyIn(page.url())
  await city.call('M00001', 'POST', `/api/doorstep/v1/records/${key}/review`, { decision: 'approve', comment: '' })
  await page.keyboard.press('r')
  await page.getByRole('dialog').locator('textarea').fill('另一位督导员的意见')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert').filter({ hasText: '没有办成' })).toContainText('另一位督导员的意见', { timeout: 20_000 })
  expect((await city.call<Full>('S00003', 'GET', `/api/doorstep/v1/records/${key}`)).state).toBe('approved')
})
