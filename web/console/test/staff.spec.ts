import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, expect, sizes, type Lang } from './test.ts'

interface Staff { items: { staff_no: string; name: string; role: string; territory: { code: string }[] }[] }
const words = {
  zh: { new: '新建账号', save: '保存', add: '添加辖区', outside: '太常见', change: '修改 赵新来', all: '选择列出的全部采集员', made: '已生成', print: '打印', save2: '下载人员表（CSV）', unsent: '4 条', told: '4 条未上传', photos: '7 个附件未上传', both: '4 条 · 7 个附件', head: '工号,采集员' },
  en: { new: 'New account', save: 'Save', add: 'Add an area', outside: 'too common', change: 'Change 赵新来', all: 'Choose every field worker listed', made: 'made', print: 'Print', save2: 'Download the workers (CSV)', unsent: '4', told: '4 unsent', photos: '7 photos or files unsent', both: '4 records · 7 photos or files', head: 'Staff number,Worker' },
}

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    const w = words[lang]

    test('an account gets its territory from the tree, and codes of several workers are printed at once', async ({ console, page, city }) => {
      test.setTimeout(150_000)
      const found = async (q: string) => (await city.call<Staff>('M00001', 'GET', '/api/doorstep/v1/workers?q=' + q)).items
      await console.open('M00001', 'workers', lang)
      await page.getByRole('button', { name: w.new }).click()
      const dialog = page.getByRole('dialog').first()
      await dialog.locator('input').nth(0).fill('Z9100')
      await dialog.locator('input').nth(1).fill('赵新来')
      await dialog.locator('select').selectOption('supervisor')
      await dialog.getByRole('button', { name: new RegExp(w.add) }).click()
      await page.locator('.areas li .button').first().click()
      await page.locator('.areas .name').first().click()
      await expect(dialog.locator('.places li')).toHaveCount(1)
      const first = await dialog.locator('input').nth(2).inputValue()
      expect(first).toMatch(/^[a-z2-9]{12}$/)
      await dialog.locator('input').nth(2).fill('12345678')
      await dialog.getByRole('button', { name: w.save }).click()
      await expect(dialog.getByRole('alert')).toContainText(w.outside)
      await console.accessible()
      await console.fits()
      await console.picture(`account-${lang}-${size}`)
      await dialog.locator('input').nth(2).fill(first)
      await dialog.getByRole('button', { name: w.save }).click()
      await expect(page.getByRole('dialog')).toHaveCount(0)
      const made = (await found('Z9100'))[0]!
      expect([made.name, made.role, made.territory.length]).toEqual(['赵新来', 'supervisor', 1])
      await page.locator('input[type=search]').fill('Z9100')
      await page.locator('input[type=search]').press('Enter')
      await page.getByRole('button', { name: w.change }).click()
      await dialog.getByRole('button', { name: new RegExp(w.add) }).click()
      await page.locator('.areas li .button').first().click()
      await page.locator('.areas .name').nth(1).click()
      await dialog.getByRole('button', { name: w.save }).click()
      await expect(page.getByRole('dialog')).toHaveCount(0)
      const now = (await found('Z9100'))[0]!
      expect(now.territory.map((a) => a.code)).toContain(made.territory[0]!.code)
      expect(now.territory.length).toBe(2)

      await page.locator('input[type=search]').fill('F00')
      await page.locator('input[type=search]').press('Enter')
      await expect(page.locator('.people > li').filter({ hasText: 'Z9100' })).toHaveCount(0)
      await page.getByLabel(w.all).check()
      const n = await page.locator('.people > li input:checked').count()
      expect(n).toBeGreaterThan(1)
      await page.locator('.choosing .button').click()
      await expect(page.locator('.sheets li')).toHaveCount(n, { timeout: 60_000 })
      await expect(page.getByRole('button', { name: w.print, exact: true })).toBeEnabled()
      await console.accessible()
      await console.fits()
      await console.picture(`qr-cards-${lang}-${size}`)
      await page.emulateMedia({ media: 'print' })
      await expect(page.locator('.sheets li').first()).toBeVisible()
      await expect(page.locator('h1')).toBeHidden()
      await console.picture(`qr-print-${lang}-${size}`)
    })

    test('unsent work is told on Workers and on Today, and the table by worker is taken away', async ({ console, page, city }) => {
      test.setTimeout(120_000)
      const { staff_no: field } = (await city.call<Staff>('M00001', 'GET', '/api/doorstep/v1/workers?q=F0&limit=1')).items[0]!
      const device = await city.call<{ device: string }>(field, 'POST', '/api/sync/v1/devices', { name: '平板', app: 'doorstep/1.4.2', platform: 'Android 12', waiting: 4, files_waiting: 7 })
      expect(device.device).toBeTruthy()
      await console.open('M00001', 'workers', lang)
      await page.locator('input[type=search]').fill(field)
      await page.locator('input[type=search]').press('Enter')
      await expect(page.locator('.tablets').first()).toContainText(w.told)
      await expect(page.locator('.tablets').first()).toContainText(w.photos)
      await expect(page.locator('.tablets').first()).toContainText('doorstep/1.4.2 · Android 12')
      await console.accessible()
      await console.fits()
      await console.picture(`workers-unsent-${lang}-${size}`)
      // Today tells of it once the tablet has been quiet for an hour.
      await page.route('**/api/doorstep/v1/today', async (r) => {
        const answer = await r.fetch()
        const today = await answer.json()
        today.tablets = [{ worker: 'x', worker_name: '示例', last_seen: new Date(Date.now() - 7_200_000).toISOString(), app: 'doorstep/1.4.2', waiting: 4, files_waiting: 7, waiting_at: '', silent: false }]
        await r.fulfill({ response: answer, json: today })
      })
      await page.goto(city.url + '/console/')
      await expect(page.locator('table.tablets')).toContainText(w.both)
      await console.accessible()
      await console.fits()
      await page.locator('table.tablets').scrollIntoViewIfNeeded()
      await console.picture(`today-unsent-${lang}-${size}`)
      await page.goto(city.url + '/console/progress')
      await expect(page.locator('table.byworker tbody tr').first()).toBeVisible()
      await console.accessible()
      await page.locator('table.byworker').scrollIntoViewIfNeeded()
      await console.picture(`progress-workers-${lang}-${size}`)
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: w.save2 }).click()])
      const text = readFileSync((await download.path())!, 'utf8')
      expect(text.startsWith('\ufeff' + w.head)).toBe(true)
      const rows = await city.call<{ items: { staff_no: string; visits: number }[] }>('M00001', 'GET', '/api/doorstep/v1/coverage/workers?limit=200')
      expect(text.trim().split('\n').length).toBe(rows.items.length + 1)
    })
  })
}

test('a second manager sees which export with names waits, and approves it; a form is given as a file', async ({ console, page, city }) => {
  test.setTimeout(120_000)
  interface Grants { grants: { id: string; kind: string; status: string; reason: string }[] }
  const status = async () => (await city.call<Grants>('M00001', 'GET', '/api/doorstep/v1/watch')).grants.filter((g) => g.kind === 'export').map((g) => g.status + ' ' + g.reason)
  const me = await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')
  const staff = join(city.dir, 'managers.csv') // by an operator: nobody approves for whom they entered
  writeFileSync(staff, `staff_no,name,role,territory,password\nM9000,孙经理,manager,${me.territory[0]!.code},doorstep-demo\n`)
  city.run('workers', 'import', staff)
  for (const reason of ['复核住址与户主的对应关系', '另一份没有人批准的申请']) await city.call('M9000', 'POST', '/api/doorstep/v1/export-requests', { form: 'child_visit', states: 'approved', reason })
  await console.open('M00001', 'data')
  const waiting = page.locator('.requests li', { hasText: '复核住址' })
  await expect(waiting).toContainText('孙经理')
  await console.accessible()
  await console.fits()
  await console.picture('data-requests-zh-desk')
  await waiting.getByRole('button', { name: /^批准/ }).click()
  await expect(waiting).toHaveCount(0)
  expect((await status()).sort()).toEqual(['approved 复核住址与户主的对应关系', 'asked 另一份没有人批准的申请'])
  await page.goto(city.url + '/console/forms')
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('tbody tr', { hasText: 'child_visit' }).first().getByRole('button', { name: /^下载 XForm/ }).click()])
  expect(download.suggestedFilename()).toMatch(/^child_visit-\d+\.xml$/)
  expect(readFileSync((await download.path())!, 'utf8')).toContain('<h:html')
  await page.evaluate(() => sessionStorage.clear())
  await console.open('M9000', 'data')
  await page.locator('select').first().selectOption('child_visit')
  await page.locator('input[type=radio][value=identified]').check()
  await expect(page.locator('option', { hasText: '已批准 · 复核住址' })).toHaveCount(1)
})

for (const [lang, size, name] of [['zh', 'desk', /^下载工作簿/], ['en', 'phone', /^Workbook/]] as [Lang, keyof typeof sizes, RegExp][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('the workbook of a form comes back as it was published', async ({ console, page }) => {
      const sheet = readFileSync(new URL('../../../collections/forms/child_visit.csv', import.meta.url))
      await console.open('M00001', 'forms', lang)
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('tbody tr', { hasText: 'child_visit' }).first().getByRole('button', { name }).click()])
      expect(download.suggestedFilename()).toMatch(/^child_visit-\d+\.csv$/)
      expect(readFileSync((await download.path())!).equals(sheet), 'byte for byte').toBe(true)
      await console.accessible()
      await console.fits()
      await console.picture(`forms-workbook-${lang}-${size}`)
    })
  })
}
