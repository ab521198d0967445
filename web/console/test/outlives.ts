import { expect, type Console } from './test.ts'

/**
 * outlives presses the button of a form that is filled in without a server, then with a session that has ended, then again: what happened is
 * told in its place, what was typed stays, and it is taken in the end.
 */
export async function outlives(console: Console, staff: string, form: { name: string; send: RegExp; to: RegExp }) {
  const { page, city } = console
  const dialog = page.getByRole('dialog')
  const within = await dialog.count() ? dialog : page.locator('main')
  const send = within.getByRole('button', { name: form.send }).last()
  const typed = () => within.locator('input, textarea, select').evaluateAll((all) => (all as HTMLInputElement[]).map((f) => (f.type === 'checkbox' || f.type === 'radio' ? f.checked : f.value)))
  const before = await typed()
  await page.context().setOffline(true)
  await send.click()
  await expect.soft(within.getByRole('alert').filter({ hasText: '连接不上服务器' }), form.name + ': it is said').toBeVisible()
  expect.soft(await typed(), form.name + ': without a server').toEqual(before)
  await page.context().setOffline(false)

  await city.endSessions(staff)
  await send.click()
  await expect(page.getByText('登录已过期')).toBeVisible()
  await console.again()
  expect.soft(await typed(), form.name + ': after signing in again').toEqual(before)
  const answer = page.waitForResponse((r) => r.request().method() !== 'OPTIONS' && form.to.test(r.url()) && r.request().method() !== 'GET', { timeout: 10_000 })
  await send.click()
  expect.soft((await answer).status(), form.name + ': is taken').toBeLessThan(300)
}
