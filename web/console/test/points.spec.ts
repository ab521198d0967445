import { test, expect } from './test.ts'

interface Points { version: string; tables: { list: string; columns: string[]; choices: { name: string; values: string[] }[] }[] }

test('a threshold is changed, compared with last month, and published as a version', async ({ console, page, city }) => {
  test.setTimeout(120_000)
  const path = '/api/doorstep/v1/forms/child_visit/points'
  const value = (p: Points) => { const t = p.tables.find((x) => x.list === 'risk_grade')!; return t.choices.find((c) => c.name === 'yellow')!.values[t.columns.indexOf('min_points')] }
  const before = await city.call<Points>('M00001', 'GET', path)
  await console.open('M00001', 'points')
  const cell = page.getByLabel('中高风险（黄） 最低分值')
  await expect(cell).toHaveValue(value(before)!)
  const compare = page.getByRole('button', { name: '与上个月的记录对照' })
  await expect(compare).toBeDisabled()
  await cell.fill('2')
  await expect(page.getByText('改动 1 处')).toBeVisible()
  await compare.click()
  await expect(page.locator('.outcome')).toContainText('份记录', { timeout: 45_000 }) // up to 2,000 records are computed twice
  await console.accessible()
  await console.picture('points-compared')
  expect((await city.call<Points>('M00001', 'GET', path)).version).toBe(before.version) // looking changes nothing
  await page.getByRole('button', { name: '发布为新版本' }).click()
  await expect(page.locator('.notes')).toContainText('已发布')
  const after = await city.call<Points>('M00001', 'GET', path)
  expect(after.version).not.toBe(before.version)
  expect(value(after)).toBe('2')
  await expect(cell).toHaveValue('2')
  await expect(page.getByText('改动 0 处')).toBeVisible()
})
