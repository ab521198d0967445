import { createHmac, randomUUID } from 'node:crypto'
import { test, expect } from './test.ts'

test('signing in: what is wrong is said, a deep link is kept, a role sees its own pages, signing out leaves nothing', async ({ console, page, city }) => {
  await page.goto(city.url + '/')
  await expect(page).toHaveURL(/\/console\/$/)
  await page.goto(city.url + '/console/progress')
  await page.locator('input[name=username]').fill('A00002')
  await page.locator('input[name=password]').fill('not-the-password')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('工号或密码不正确')
  await console.signIn('A00002')
  await expect(page.getByRole('heading', { name: '进度' })).toBeVisible()
  await expect(page.locator('nav#menu a')).toHaveText(['今日', '进度', '需求', '数据'])
  await page.reload()
  await expect(page.getByRole('heading', { name: '进度' })).toBeVisible()
  await page.goto(city.url + '/console/review')
  await expect(page.locator('.verdicts, .queue')).toHaveCount(0)
  await page.getByRole('button', { name: '退出登录' }).click()
  await expect(page.locator('input[name=username]')).toBeVisible()
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).toBe('{}')
})

/** totp is RFC 6238, as authenticator apps have it. */
function totp(secret: string, at = Date.now()): string {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const n = mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fffffff
  return String(n % 1_000_000).padStart(6, '0')
}

test('a second factor is enrolled by QR code, and asked for from then on', async ({ console, page, city }) => {
  await city.call('S00004', 'GET', '/api/doorstep/v1/me')
  const made = await city.call<{ secret: string }>('S00004', 'POST', '/api/doorstep/v1/second-factor')
  await city.call('S00004', 'POST', '/api/doorstep/v1/second-factor/confirm', { code: totp(made.secret) })
  await page.goto(city.url + '/console/')
  await page.locator('input[name=username]').fill('S00004')
  await page.locator('input[name=password]').fill('doorstep-demo')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('6 位验证码')
  await console.accessible()
  await page.locator('input[name=code]').fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('验证码不正确')
  await page.locator('input[name=code]').fill(totp(made.secret, Date.now() + 30_000)) // that of the enrolment is used up
  await page.keyboard.press('Enter')
  await expect(page.locator('nav#menu')).toBeVisible()
})

test('who must have a second factor enrols it by the QR code at the first sign-in', async ({ console, page, city }) => {
  await city.end()
  city.run('workers', 'second-factor', 'required')
  await city.start()
  await page.goto(city.url + '/console/')
  await page.locator('input[name=username]').fill('M00001')
  await page.locator('input[name=password]').fill('doorstep-demo')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('img', { name: '二维码' })).toBeVisible()
  await console.accessible()
  const secret = await page.locator('form code').innerText()
  await page.locator('input[autocomplete=one-time-code]').fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toBeVisible()
  await page.locator('input[autocomplete=one-time-code]').fill(totp(secret))
  await page.keyboard.press('Enter')
  await expect(page.locator('.codes li').first()).toBeVisible()
  await page.getByRole('button', { name: '我已抄下，重新登录' }).click()
  await expect(page.locator('input[name=username]')).toBeVisible()
})

test('one signs out everywhere', async ({ console, page, city }) => {
  await console.open('S00004', '')
  await city.call('S00004', 'GET', '/api/doorstep/v1/me')
  const other = await city.token('S00004')
  await page.locator('nav#menu').getByRole('button', { name: '在所有设备上退出' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '在所有设备上退出' }).click()
  await expect(page.locator('input[name=username]')).toBeVisible()
  expect((await fetch(city.url + '/api/doorstep/v1/me', { headers: { Authorization: other } })).status).toBe(401)
})

test('one changes the password', async ({ console, page, city }) => {
  await console.open('S00005', '')
  const other = await city.token('S00005')
  await page.locator('nav#menu').getByRole('button', { name: '修改密码' }).click()
  const field = (label: string) => page.getByRole('dialog').getByLabel(label, { exact: true })
  const go = () => page.getByRole('dialog').getByRole('button', { name: '修改密码' }).click()
  await field('原密码').fill('doorstep-demo')
  await field('新密码').fill('12345678')
  await field('再输入一次新密码').fill('12345678')
  await go()
  await expect(page.getByRole('alert')).toContainText('太常见')
  await console.accessible()
  await field('新密码').fill('x7Kq-2mVd-99')
  await field('再输入一次新密码').fill('x7Kq-2mVd-99')
  await go()
  await expect(page.getByRole('dialog')).toBeHidden()
  expect((await fetch(city.url + '/api/doorstep/v1/me', { headers: { Authorization: other } })).status).toBe(401)
  await page.reload()
  await expect(page.locator('nav#menu')).toBeVisible()
})

interface Pairs { items: { id: string }[] }

test('a duplicate is decided side by side, by keyboard', async ({ console, page, city }) => {
  const before = await city.call<Pairs>('S00003', 'GET', '/api/collections/open_duplicates/records?perPage=100')
  await console.open('S00003', 'duplicates')
  await page.locator('.one table').waitFor()
  const shown = await page.locator('.split .item').count()
  const doubted = new URL(page.url()).searchParams.get('p')
  await page.keyboard.press('n') // whoever is not sure tells the next one why
  await expect(page.getByText('请在说明里写下为什么不确定')).toBeVisible()
  await page.keyboard.type('两份证件都没见到')
  await page.getByRole('button', { name: '不确定' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('p')).not.toBe(doubted)
  await page.locator('.split .item').filter({ hasNot: page.locator('.tag.warning') }).first().click()
  await page.locator('.one table').waitFor()
  const id = new URL(page.url()).searchParams.get('p')
  await page.keyboard.press('d')
  await expect.poll(async () => (await city.call<Pairs>('S00003', 'GET', '/api/collections/open_duplicates/records?perPage=100')).items.map((p) => p.id))
    .toContain(id) // it is held for ten seconds, in which it is undone
  await page.keyboard.press('u')
  await expect.poll(() => new URL(page.url()).searchParams.get('p')).toBe(id)
  await page.locator('.one table').waitFor()
  await page.keyboard.press('d')
  await expect.poll(async () => (await city.call<Pairs>('S00003', 'GET', '/api/collections/open_duplicates/records?perPage=100')).items.map((p) => p.id), { timeout: 20_000 })
    .toEqual(before.items.map((p) => p.id).filter((p) => p !== id))
  await expect(page.locator('.split .item').filter({ hasText: /./ })).not.toHaveCount(shown)
})

interface Held { items: { id: string; code: string }[] }

test('a held submission is released, another discarded with a reason', async ({ console, page, city }) => {
  const before = await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')
  await console.open('S00003', 'quarantine')
  await page.locator('.one .actions').waitFor()
  await page.getByRole('button', { name: '放行，重新处理' }).click()
  await expect(page.locator('.notes')).toContainText(/已成为记录|仍然不能成为记录/)
  const id = new URL(page.url()).searchParams.get('q')
  await page.getByRole('button', { name: '作废' }).click()
  await page.getByRole('dialog').locator('textarea').fill('培训时的试填')
  await page.getByRole('dialog').getByRole('button', { name: '作废' }).click()
  await expect.poll(async () => (await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items.some((i) => i.id === id)).toBe(false)
  expect((await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items.length).toBeGreaterThanOrEqual(before.items.length - 2)
})

test('what is held for one cause is counted, then decided together', async ({ console, page, city }) => {
  const before = (await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items
  await console.open('S00003', 'quarantine')
  await page.locator('.one .actions').waitFor()
  const id = new URL(page.url()).searchParams.get('q')!
  const { n } = await city.call<{ n: number }>('S00003', 'GET', `/api/doorstep/v1/quarantine/${id}/alike`)
  await page.getByRole('button', { name: '同一原因的一并处理' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(`有 ${n} 份`)
  await dialog.getByLabel('作废').check()
  await dialog.locator('textarea').fill('培训时的试填')
  await console.accessible()
  await dialog.getByRole('button', { name: `处理 ${n} 份` }).click()
  await expect(dialog.locator('.job')).toContainText(`处理了 ${n} 份`, { timeout: 40_000 })
  await dialog.getByRole('button', { name: '关闭' }).last().click()
  const after = (await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items
  expect(after.length).toBe(before.length - n)
  expect(before.filter((i) => i.code !== before.find((b) => b.id === id)!.code).every((i) => after.some((a) => a.id === i.id)), 'other causes wait on').toBe(true)
})

test('a record without a place is put into an area, with a reason', async ({ console, page, city }) => {
  interface Unplaced { items: { collection: string; id: string }[] }
  const waiting = async () => (await city.call<Unplaced>('M00001', 'GET', '/api/doorstep/v1/queue?code=grid.unassigned&state=received,has_issues,edited,returned,approved&limit=50')).items
  const send = async <T>(path: string, body: unknown, more: Record<string, string>) => (await (await fetch(city.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...more }, body: JSON.stringify(body) })).json()) as T
  const device = await send<{ device: string; token: string }>('/api/sync/v1/devices', { name: 't', device_time: '2026-11-23T10:00:00+08:00' }, { Authorization: await city.token('F00012') })
  const answers = { start: '2026-11-23T09:00:00.000+08:00', end: '2026-11-23T09:30:00.000+08:00', today: '2026-11-23', visit: { contact_method: 'household_visit', attempt: 1, outcome: '2.24', location: '1 1 0 5' }, household: { address: '示例路 1 号' } }
  await send('/api/sync/v1/push', { operations: [1, 2].map((seq) => ({ seq, op: 'submit', id: randomUUID(), form: 'child_visit', answers })) }, { Authorization: device.token, 'X-Doorstep-Device': device.device })
  const before = await waiting()
  expect(before.length).toBeGreaterThanOrEqual(2)
  await console.open('M00001', 'unplaced')
  await page.locator('.flush li').first().waitFor()
  expect(await page.locator('.flush li').count()).toBe(before.length)
  await page.locator('.flush input[type=checkbox]').first().check()
  await page.getByRole('button', { name: '为 1 条指定区划' }).click()
  const dialog = page.getByRole('dialog').first()
  await dialog.locator('textarea').fill('电话问过采集员,是东边那栋')
  await dialog.getByRole('button', { name: '确定' }).click()
  await expect(dialog.getByRole('alert')).toContainText('请选择区划')
  await dialog.getByRole('button', { name: /区域|选择区划/ }).first().click()
  await page.locator('.areas .name').first().click()
  await console.accessible()
  await dialog.getByRole('button', { name: '确定' }).click()
  await expect(page.locator('.notes')).toContainText('1 条已指定区划')
  const after = await waiting()
  expect(after.length, 'that one alone').toBe(before.length - 1)
  expect(after.every((i) => before.some((b) => b.id === i.id))).toBe(true)
})

test('coverage goes down from the city to a community', async ({ console, page }) => {
  await console.open('S00003', 'progress')
  for (const level of ['街道', '社区', '网格']) {
    await page.locator('tbody .link').first().click()
    await expect(page.locator('select').first().locator('option:checked')).toHaveText(level)
    await page.locator('tbody tr').first().waitFor()
  }
  await page.goBack()
  await expect(page.locator('select').first().locator('option:checked')).toHaveText('社区')
})

test('the map leads down as the table does, and the table is saved', async ({ console, page }) => {
  await console.open('S00003', 'progress')
  await expect(page.locator('.map path')).not.toHaveCount(0)
  expect(await page.locator('.map path').count()).toBe(await page.locator('.both tbody').first().locator('tr').count())
  await expect(page.locator('.pace')).toContainText('次走访')
  await page.locator('.map path').first().click()
  await expect(page.locator('select').first().locator('option:checked')).toHaveText('街道')
  await expect(page.locator('.map path')).not.toHaveCount(0)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载本表（CSV）' }).click()])
  expect(download.suggestedFilename()).toMatch(/^coverage-street-\d+\.csv$/)
})

test('a person is found by name and birth date, and the household opens with what is masked', async ({ console, page, city }) => {
  await console.open('S00003', 'people')
  await page.locator('input[type=date]').fill('1900-01-01')
  await page.getByLabel('姓名').fill('查无此人')
  await page.getByRole('button', { name: '查找' }).click()
  await expect(page.getByText('没有找到这个人')).toBeVisible()
  expect(page.url()).not.toContain('1900')
  const queue = await city.call<{ items: { collection: string; id: string }[] }>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit')
  const record = await city.call<{ household: { id: string } | null }>('S00003', 'GET', `/api/doorstep/v1/records/${queue.items[0]!.collection}/${queue.items[0]!.id}`)
  await page.goto(`${city.url}/console/people?h=${record.household!.id}`)
  await expect(page.getByRole('heading', { name: '走访与任务' })).toBeVisible()
  await expect(page.locator('.line li').first()).toBeVisible()
  await expect(page.locator('.mask').first()).toBeVisible()
  await console.accessible()
  await console.fits()
  await console.picture('household')
})

test('the audit trail is proved, and who has seen a person is told', async ({ console, page }) => {
  await console.open('M00001', 'watch')
  await page.getByRole('button', { name: '核对' }).click()
  await expect(page.getByText('审计链完整')).toBeVisible()
  await console.accessible()
})

test('a tablet is revoked after a question', async ({ console, page, city }) => {
  interface Tablets { items: { id: string; revoked: boolean }[] }
  const revoked = async () => (await city.call<Tablets>('M00001', 'GET', '/api/collections/devices/records?perPage=100')).items.filter((d) => d.revoked).length
  const before = await revoked()
  await console.open('M00001', 'workers')
  await page.locator('.tablets li').first().waitFor()
  const person = page.locator('.people > li', { has: page.locator('.tablets button') }).first()
  const name = await person.locator('b').innerText()
  await person.locator('.tablets button').first().click()
  await expect(page.getByRole('dialog')).toContainText('先上交未上传的内容')
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
  await expect(page.locator('.people > li', { hasText: name }).locator('.tablets')).toContainText('已停用')
  expect(await revoked(), 'that one and no other').toBe(before + 1)
})

test('a form is refused by sheet, row and column, then published and closed', async ({ console, page }) => {
  await console.open('M00001', 'forms')
  const file = (text: string) => ({ name: 'doors.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const sheet = (type: string) => `survey,type,name,label::中文 (zh)\n,${type},door,门牌\n,text,remark,备注\nsettings,form_id,form_title,version\n,doors,门牌核对,1\n`
  await page.locator('input[type=file]').setInputFiles(file(sheet('no_such_type')))
  await expect(page.locator('.drop ~ .notice.bad')).toContainText('还不能发布')
  await expect(page.locator('.drop ~ .scroll tbody tr').first()).toContainText('survey')
  await console.accessible()
  await console.picture('forms-problems')
  await page.locator('input[type=file]').setInputFiles(file(sheet('text')))
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const row = page.locator('tbody tr', { hasText: '门牌核对' }).last()
  await expect(row).toContainText('已发布')
  await row.getByRole('button', { name: '停止下发' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
  await expect(row).toContainText('停止下发')
})

test('data are made and downloaded, de-identified', async ({ console, page }) => {
  await console.open('A00002', 'data')
  await page.locator('option[value=child_visit]').waitFor({ state: 'attached' })
  await page.locator('select').first().selectOption('child_visit')
  await expect(page.getByText('含身份信息')).toHaveCount(0)
  await page.getByRole('button', { name: '生成', exact: true }).click()
  const line = page.locator('.jobs .job[data-kind=export]').first()
  await expect(line).toContainText('小组合', { timeout: 60_000 }) // before anything is taken away
  await console.accessible()
  await console.picture('data-job')
  await page.reload() // the result outlives the page
  const [download] = await Promise.all([page.waitForEvent('download'), line.getByRole('button', { name: /^下载/ }).click()])
  expect(download.suggestedFilename()).toMatch(/^child_visits-\d+\.zip$/)
})

test('a roster is looked at before it is imported: who is known, who may be, and who is new, and why', async ({ console, page, city }) => {
  interface Outlines { features: { properties: { code: string } }[] }
  let grid = (await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')).territory[0]!.code
  while (grid.length < 15) grid = (await city.call<Outlines>('M00001', 'GET', '/api/doorstep/v1/areas/outlines?parent=' + grid)).features[0]!.properties.code
  const rows = ['测试路 1 号,欧阳雪莹,2015-03-01,13800000001', '测试路 2 号,欧阳雪盈,2015-03-01,13800000001', '测试路 3 号,钱多多,2011-05-06,'].map((r) => grid + ',' + r)
  await console.open('M00001', 'workers')
  const part = page.locator('details.import').nth(1)
  await part.locator('summary').first().click()
  await part.locator('input[type=file]').setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from('区划代码,住址,姓名,出生日期,电话\n' + rows.join('\n') + '\n') })
  const band = (name: string) => part.locator(`[data-band=${name}]`)
  await expect(part.getByRole('button', { name: '导入', exact: true })).toBeDisabled()
  await part.getByRole('button', { name: '先检查' }).click()
  await expect(band('review')).toHaveText('待核对 1', { timeout: 60_000 })
  await expect(band('new')).toHaveText('新增 2')
  await expect(part.locator('.bands tbody tr')).toContainText('与第 2 行')
  await expect(part.locator('.bands tbody tr')).toContainText('出生日期: 相同')
  await part.getByRole('button', { name: '先检查' }).click()
  await expect(band('new'), 'looking adds nobody').toHaveText('新增 2', { timeout: 60_000 })
  await console.accessible()
  await console.fits()
  await console.picture('import-roster')
  const [download] = await Promise.all([page.waitForEvent('download'), part.getByRole('button', { name: /^下载 roster/ }).click()])
  expect(download.suggestedFilename()).toBe('roster.csv')
  await part.getByRole('button', { name: '导入', exact: true }).click()
  await expect(part.locator('.job[data-status=done]')).not.toContainText('将', { timeout: 60_000 })
  await part.getByRole('button', { name: '先检查' }).click()
  await expect(band('linked')).toHaveText('已登记 3', { timeout: 60_000 })
})

test('a list of workers is looked at, then imported, and the passwords that were made are fetched', async ({ console, page, city }) => {
  interface Staff { items: { staff_no: string }[] }
  const known = async () => (await city.call<Staff>('M00001', 'GET', '/api/doorstep/v1/workers?q=Z9')).items.map((w) => w.staff_no)
  const me = await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')
  const file = (area: string) => ({ name: 'staff.csv', mimeType: 'text/csv', buffer: Buffer.from(`工号,姓名,负责区域\nZ9001,赵新来,${area}\n`) })
  await console.open('M00001', 'workers')
  await page.locator('details.import summary').first().click()
  const part = page.locator('details.import').first()
  await part.locator('input[type=file]').setInputFiles(file('88'))
  await part.getByRole('button', { name: '先检查' }).click()
  await expect(part.locator('.job[data-status=failed]')).toContainText('没有这个区划代码', { timeout: 30_000 })
  await console.accessible()
  await console.picture('import-mistakes')
  await part.locator('input[type=file]').setInputFiles(file(me.territory[0]!.code))
  await part.getByRole('button', { name: '先检查' }).click()
  await expect(part.locator('.job[data-status=done]')).toContainText('将新增 1 人', { timeout: 30_000 })
  expect(await known(), 'looking adds nobody').toEqual([])
  await part.getByRole('button', { name: '导入', exact: true }).click()
  await expect(part.getByRole('button', { name: /^下载 passwords/ })).toBeVisible({ timeout: 30_000 }) // looking made none
  await expect(part.locator('.job[data-status=done]')).not.toContainText('将')
  expect(await known()).toEqual(['Z9001'])
  const [download] = await Promise.all([page.waitForEvent('download'), part.getByRole('button', { name: /^下载 passwords/ }).click()])
  expect(download.suggestedFilename()).toBe('passwords.csv')
})
