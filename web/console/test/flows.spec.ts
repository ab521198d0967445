import { createHmac, randomUUID } from 'node:crypto'
import { expect, flow } from './test.ts'

flow('signing in: what is wrong is said, a deep link is kept, a role sees its own pages, signing out leaves nothing', async ({ console, page, city, t }) => {
  await page.goto(city.url + '/')
  await expect(page).toHaveURL(/\/console\/$/)
  await page.goto(city.url + '/console/progress')
  await page.locator('input[name=username]').fill('A00002')
  await page.locator('input[name=password]').fill('not-the-password')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText(t('sign.wrong'))
  await console.signIn('A00002')
  await expect(page.getByRole('heading', { name: t('progress.title') })).toBeVisible()
  await expect(page.locator('nav#menu a')).toHaveText([t('nav.today'), t('nav.progress'), t('nav.needs'), t('nav.data')])
  await page.reload()
  await expect(page.getByRole('heading', { name: t('progress.title') })).toBeVisible()
  await page.goto(city.url + '/console/review')
  await expect(page.locator('.verdicts, .queue')).toHaveCount(0)
  await console.menu()
  await page.getByRole('button', { name: new RegExp(`^${t('app.signOut')}( ·|$)`) }).click()
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

flow('a second factor is enrolled by QR code, and asked for from then on', async ({ console, page, city, t }) => {
  await city.call('S00004', 'GET', '/api/doorstep/v1/me')
  const made = await city.call<{ secret: string }>('S00004', 'POST', '/api/doorstep/v1/second-factor')
  await city.call('S00004', 'POST', '/api/doorstep/v1/second-factor/confirm', { code: totp(made.secret) })
  await page.goto(city.url + '/console/')
  await page.locator('input[name=username]').fill('S00004')
  await page.locator('input[name=password]').fill('doorstep-demo')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText(t('sign.needCode'))
  await console.accessible()
  await page.locator('input[name=code]').fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText(t('sign.wrongCode'))
  await page.locator('input[name=code]').fill(totp(made.secret, Date.now() + 30_000)) // that of the enrolment is used up
  await page.keyboard.press('Enter')
  await expect(page.locator('nav#menu')).toBeAttached()
})

flow('who must have a second factor enrols it by the QR code at the first sign-in', async ({ console, page, city, t }) => {
  await city.end()
  city.run('workers', 'second-factor', 'required')
  await city.start()
  await page.goto(city.url + '/console/')
  await page.locator('input[name=username]').fill('M00001')
  await page.locator('input[name=password]').fill('doorstep-demo')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('img', { name: t('enrol.qr') })).toBeVisible()
  await console.accessible()
  const secret = await page.locator('form code').innerText()
  await page.locator('input[autocomplete=one-time-code]').fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toBeVisible()
  await page.locator('input[autocomplete=one-time-code]').fill(totp(secret))
  await page.keyboard.press('Enter')
  await expect(page.locator('.codes li').first()).toBeVisible()
  await page.getByRole('button', { name: t('enrol.again') }).click()
  await expect(page.locator('input[name=username]')).toBeVisible()
})

flow('one signs out everywhere', async ({ console, page, city, t }) => {
  await console.open('S00004', '')
  await city.call('S00004', 'GET', '/api/doorstep/v1/me')
  const other = await city.token('S00004')
  await console.menu()
  await page.locator('nav#menu').getByRole('button', { name: t('app.signOutAll') }).click()
  await page.getByRole('dialog').getByRole('button', { name: t('app.signOutAll') }).click()
  await expect(page.locator('input[name=username]')).toBeVisible()
  expect((await fetch(city.url + '/api/doorstep/v1/me', { headers: { Authorization: other } })).status).toBe(401)
})

flow('one changes the password', async ({ console, page, city, t }) => {
  await console.open('S00005', '')
  const other = await city.token('S00005')
  await console.menu()
  await page.locator('nav#menu').getByRole('button', { name: t('password.title') }).click()
  const field = (label: string) => page.getByRole('dialog').getByLabel(label, { exact: true })
  const go = () => page.getByRole('dialog').getByRole('button', { name: t('password.title') }).click()
  await field(t('password.before')).fill('doorstep-demo')
  await field(t('password.fresh')).fill('12345678')
  await field(t('password.again')).fill('12345678')
  await go()
  await expect(page.getByRole('alert')).toContainText(/太常见|too common|common/)
  await console.accessible()
  await field(t('password.fresh')).fill('x7Kq-2mVd-99')
  await field(t('password.again')).fill('x7Kq-2mVd-99')
  await go()
  await expect(page.getByRole('dialog')).toBeHidden()
  expect((await fetch(city.url + '/api/doorstep/v1/me', { headers: { Authorization: other } })).status).toBe(401)
  await page.reload()
  await expect(page.locator('nav#menu')).toBeAttached()
})

interface Pairs { items: { id: string }[] }

flow('a duplicate is decided side by side, by keyboard', async ({ console, page, city, phone, t }) => {
  const before = await city.call<Pairs>('S00003', 'GET', '/api/collections/open_duplicates/records?perPage=100')
  await console.open('S00003', 'duplicates')
  await console.pick()
  await page.locator('.one table').waitFor()
  const shown = await page.locator('.split .item').count()
  const doubted = new URL(page.url()).searchParams.get('p')
  const key = (name: string, said: Parameters<typeof t>[0]) => (phone ? page.getByRole('button', { name: t(said) }).first().click() : page.keyboard.press(name))
  await key('n', 'dup.unsure') // whoever is not sure tells the next one why
  await expect(page.getByText(t('dup.why'))).toBeVisible()
  await page.keyboard.type('两份证件都没见到')
  await page.getByRole('button', { name: t('dup.unsure') }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('p')).not.toBe(doubted)
  await console.back()
  await page.locator('.split .item').filter({ hasNot: page.locator('.tag.warning') }).first().click()
  await page.locator('.one table').waitFor()
  const id = new URL(page.url()).searchParams.get('p')
  await key('d', 'dup.different')
  await expect.poll(async () => (await city.call<Pairs>('S00003', 'GET', '/api/collections/open_duplicates/records?perPage=100')).items.map((p) => p.id))
    .toContain(id) // it is held for ten seconds, in which it is undone
  await key('u', 'review.undo')
  await expect.poll(() => new URL(page.url()).searchParams.get('p')).toBe(id)
  await page.locator('.one table').waitFor()
  await key('d', 'dup.different')
  await expect.poll(async () => (await city.call<Pairs>('S00003', 'GET', '/api/collections/open_duplicates/records?perPage=100')).items.map((p) => p.id), { timeout: 20_000 })
    .toEqual(before.items.map((p) => p.id).filter((p) => p !== id))
  await expect(page.locator('.split .item').filter({ hasText: /./ })).not.toHaveCount(shown)
})

interface Held { items: { id: string; code: string }[] }

flow('a held submission is released, another discarded with a reason', async ({ console, page, city, t }) => {
  const before = await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')
  await console.open('S00003', 'quarantine')
  await console.pick()
  await page.locator('.one .actions').waitFor()
  await page.getByRole('button', { name: t('held.release') }).click()
  await expect(page.locator('.notes')).toContainText(new RegExp(`${t('held.released')}|${t('held.still', { why: '' }).trim()}`))
  const id = new URL(page.url()).searchParams.get('q')
  await page.getByRole('button', { name: t('held.discard'), exact: true }).click()
  await page.getByRole('dialog').locator('textarea').fill('培训时的试填')
  await page.getByRole('dialog').getByRole('button', { name: t('held.discard'), exact: true }).click()
  await expect.poll(async () => (await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items.some((i) => i.id === id)).toBe(false)
  expect((await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items.length).toBeGreaterThanOrEqual(before.items.length - 2)
})

flow('what is held for one cause is counted, then decided together', async ({ console, page, city, t }) => {
  const before = (await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items
  await console.open('S00003', 'quarantine')
  await console.pick()
  await page.locator('.one .actions').waitFor()
  const id = new URL(page.url()).searchParams.get('q')!
  const { n } = await city.call<{ n: number }>('S00003', 'GET', `/api/doorstep/v1/quarantine/${id}/alike`)
  await page.getByRole('button', { name: t('held.together') }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(t('held.alike', { n }))
  await dialog.getByLabel(t('held.discard')).check()
  await dialog.locator('textarea').fill('培训时的试填')
  await console.accessible()
  await dialog.getByRole('button', { name: t('held.go', { n }) }).click()
  await expect(dialog.locator('.job')).toContainText(t('job.alike', { n, m: 0 }), { timeout: 40_000 })
  await dialog.getByRole('button', { name: t('app.close') }).last().click()
  const after = (await city.call<Held>('S00003', 'GET', '/api/doorstep/v1/quarantine')).items
  expect(after.length).toBe(before.length - n)
  expect(before.filter((i) => i.code !== before.find((b) => b.id === id)!.code).every((i) => after.some((a) => a.id === i.id)), 'other causes wait on').toBe(true)
})

flow('a record without a place is put into an area, with a reason', async ({ console, page, city, t }) => {
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
  await page.getByRole('button', { name: t('unplaced.go', { n: 1 }) }).click()
  const dialog = page.getByRole('dialog').first()
  await dialog.locator('textarea').fill('电话问过采集员,是东边那栋')
  await dialog.getByRole('button', { name: t('app.confirm') }).click()
  await expect(dialog.getByRole('alert')).toContainText(t('unplaced.noArea'))
  await dialog.getByRole('button', { name: t('unplaced.pick') }).first().click()
  await page.locator('.areas .name').first().click()
  await console.accessible()
  await dialog.getByRole('button', { name: t('app.confirm') }).click()
  await expect(page.locator('.notes')).toContainText(t('unplaced.done', { n: 1 }))
  const after = await waiting()
  expect(after.length, 'that one alone').toBe(before.length - 1)
  expect(after.every((i) => before.some((b) => b.id === i.id))).toBe(true)
})

flow('coverage goes down from the city to a community', async ({ console, page, t }) => {
  await console.open('S00003', 'progress')
  for (const level of ['level.street', 'level.community', 'level.grid'] as const) {
    await page.locator('tbody .link').first().click()
    await expect(page.locator('select').first().locator('option:checked')).toHaveText(t(level))
    await page.locator('tbody tr').first().waitFor()
  }
  await page.goBack()
  await expect(page.locator('select').first().locator('option:checked')).toHaveText(t('level.community'))
})

flow('the map leads down as the table does, and the table is saved', async ({ console, page, t }) => {
  await console.open('S00003', 'progress')
  await expect(page.locator('.map path')).not.toHaveCount(0)
  expect(await page.locator('.map path').count()).toBe(await page.locator('.both tbody').first().locator('tr').count())
  await expect(page.locator('.pace')).toContainText(/ 次走访| visits in /)
  await page.locator('.map path').first().click()
  await expect(page.locator('select').first().locator('option:checked')).toHaveText(t('level.street'))
  await expect(page.locator('.map path')).not.toHaveCount(0)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('progress.save') }).click()])
  expect(download.suggestedFilename()).toMatch(/^coverage-street-\d+\.csv$/)
})

flow('a person is found by name and birth date, and the household opens with what is masked', async ({ console, page, city, t }) => {
  await console.open('S00003', 'people')
  await page.locator('input[type=date]').fill('1900-01-01')
  await page.getByLabel(t('people.name')).fill('查无此人')
  await page.getByRole('button', { name: t('app.search') }).click()
  await expect(page.getByText(t('people.none'))).toBeVisible()
  expect(page.url()).not.toContain('1900')
  const queue = await city.call<{ items: { collection: string; id: string }[] }>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit')
  const record = await city.call<{ household: { id: string } | null }>('S00003', 'GET', `/api/doorstep/v1/records/${queue.items[0]!.collection}/${queue.items[0]!.id}`)
  const { fields } = await city.call<{ fields: { address: string } }>('S00003', 'POST', '/api/doorstep/v1/reveal', { collection: 'households', id: record.household!.id, fields: ['address'], reason: '浏览器测试需要一个地址' })
  await page.getByLabel(t('held.address')).fill('查无此处 1 号')
  await page.getByRole('button', { name: t('app.search') }).click()
  await expect(page.getByText(t('people.noHome'))).toBeVisible()
  await page.getByLabel(t('held.address')).fill(fields.address)
  await page.getByRole('button', { name: t('app.search') }).click()
  await page.locator('.found .link').first().or(page.getByRole('heading', { name: t('people.timeline') })).first().waitFor()
  expect(decodeURIComponent(page.url())).not.toContain(fields.address)
  await page.goto(`${city.url}/console/people?h=${record.household!.id}`)
  await expect(page.getByRole('heading', { name: t('people.timeline') })).toBeVisible()
  await expect(page.locator('.line li').first()).toBeVisible()
  await expect(page.locator('.mask').first()).toBeVisible()
  await console.accessible()
  await console.fits()
  await console.picture('household')
})

flow('the audit trail is proved', async ({ console, page, t }) => {
  await console.open('M00001', 'watch')
  await page.getByRole('button', { name: t('watch.prove') }).click()
  await expect(page.getByText(t('watch.whole', { n: '' }).split(/[，:]/)[0]!)).toBeVisible()
  await console.accessible()
})

flow('a tablet is revoked after a question', async ({ console, page, city, t }) => {
  interface Tablets { items: { id: string; revoked: boolean }[] }
  const revoked = async () => (await city.call<Tablets>('M00001', 'GET', '/api/collections/devices/records?perPage=100')).items.filter((d) => d.revoked).length
  const before = await revoked()
  await console.open('M00001', 'workers')
  await page.locator('.tablets li').first().waitFor()
  const person = page.locator('.people > li', { has: page.locator('.tablets button') }).first()
  const name = await person.locator('b').innerText()
  await person.locator('.tablets button').first().click()
  await expect(page.getByRole('dialog')).toContainText(t('workers.tabletRevokeHint'))
  await page.getByRole('dialog').getByRole('button', { name: t('app.confirm') }).click()
  await expect(page.locator('.people > li', { hasText: name }).locator('.tablets')).toContainText(t('workers.revoked'))
  expect(await revoked(), 'that one and no other').toBe(before + 1)
})

flow('a form is refused by sheet, row and column, then published and closed', async ({ console, page, t }) => {
  await console.open('M00001', 'forms')
  const file = (text: string) => ({ name: 'doors.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const sheet = (type: string) => `survey,type,name,label::中文 (zh)\n,${type},door,门牌\n,text,remark,备注\nsettings,form_id,form_title,version\n,doors,门牌核对,1\n`
  await page.locator('input[type=file]').setInputFiles(file(sheet('no_such_type')))
  await expect(page.locator('.drop ~ .notice.bad')).toContainText(t('forms.bad', { name: 'doors.csv', n: '' }).split('{')[0]!.split(/[：:]/)[0]!.trim())
  await expect(page.locator('.drop ~ .scroll tbody tr').first()).toContainText('survey')
  await console.accessible()
  await console.picture('forms-problems')
  await page.locator('input[type=file]').setInputFiles(file(sheet('text')))
  await page.getByRole('button', { name: t('forms.publish'), exact: true }).click()
  const row = page.locator('tbody tr', { hasText: '门牌核对' }).last()
  await expect(row).toContainText(t('fstatus.published'))
  await row.getByRole('button', { name: t('forms.close') }).click()
  await page.getByRole('dialog').getByRole('button', { name: t('app.confirm') }).click()
  await expect(row).toContainText(t('fstatus.closing'))
})

flow('data are made and downloaded, de-identified', async ({ console, page, t }) => {
  await console.open('A00002', 'data')
  await page.locator('option[value=child_visit]').waitFor({ state: 'attached' })
  await page.locator('select').first().selectOption('child_visit')
  await expect(page.getByText(t('data.level.identified'), { exact: true })).toHaveCount(0)
  await page.getByRole('button', { name: t('data.make'), exact: true }).click()
  const line = page.locator('.jobs .job[data-kind=export]').first()
  await expect(line).toContainText(/小组合|small cells|No combination/, { timeout: 60_000 }) // before anything is taken away
  await console.accessible()
  await console.picture('data-job')
  await page.reload() // the result outlives the page
  const [download] = await Promise.all([page.waitForEvent('download'), line.getByRole('button', { name: t('job.fetch', { name: '' }).trim() }).click()])
  expect(download.suggestedFilename()).toMatch(/^child_visits-\d+\.zip$/)
})

flow('a roster is looked at before it is imported: who is known, who may be, and who is new, and why', async ({ console, page, city, t }) => {
  interface Outlines { features: { properties: { code: string } }[] }
  let grid = (await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')).territory[0]!.code
  while (grid.length < 15) grid = (await city.call<Outlines>('M00001', 'GET', '/api/doorstep/v1/areas/outlines?parent=' + grid)).features[0]!.properties.code
  const rows = ['测试路 1 号,欧阳雪莹,2015-03-01,13800000001', '测试路 2 号,欧阳雪盈,2015-03-01,13800000001', '测试路 3 号,钱多多,2011-05-06,'].map((r) => grid + ',' + r)
  await console.open('M00001', 'workers')
  const part = page.locator('details.import').nth(1)
  await part.locator('summary').first().click()
  await part.locator('input[type=file]').setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from('区划代码,住址,姓名,出生日期,电话\n' + rows.join('\n') + '\n') })
  const band = (name: string) => part.locator(`[data-band=${name}]`)
  await expect(part.getByRole('button', { name: t('areas.go'), exact: true })).toBeDisabled()
  await part.getByRole('button', { name: t('import.look') }).click()
  await expect(band('review')).toHaveText(t('roster.review') + ' 1', { timeout: 60_000 })
  await expect(band('new')).toHaveText(t('roster.new') + ' 2')
  await expect(part.locator('.bands tbody tr')).toContainText(t('roster.earlier', { n: 2 }))
  await expect(part.locator('.bands tbody tr')).toContainText(/出生日期: 相同|Birth date: /)
  await part.getByRole('button', { name: t('import.look') }).click()
  await expect(band('new'), 'looking adds nobody').toHaveText(t('roster.new') + ' 2', { timeout: 60_000 })
  await console.accessible()
  await console.fits()
  await console.picture('import-roster')
  const [download] = await Promise.all([page.waitForEvent('download'), part.getByRole('button', { name: t('job.fetch', { name: 'roster' }) }).click()])
  expect(download.suggestedFilename()).toBe('roster.csv')
  await part.getByRole('button', { name: t('areas.go'), exact: true }).click()
  await expect(part.locator('.job[data-status=done]')).not.toContainText(/将|would be/, { timeout: 60_000 })
  await part.getByRole('button', { name: t('import.look') }).click()
  await expect(band('linked')).toHaveText(t('roster.linked') + ' 3', { timeout: 60_000 })
})

flow('a list of workers is looked at, then imported, and the passwords that were made are fetched', async ({ console, page, city, t }) => {
  interface Staff { items: { staff_no: string }[] }
  const known = async () => (await city.call<Staff>('M00001', 'GET', '/api/doorstep/v1/workers?q=Z9')).items.map((w) => w.staff_no)
  const me = await city.call<{ territory: { code: string }[] }>('M00001', 'GET', '/api/doorstep/v1/me')
  const file = (area: string) => ({ name: 'staff.csv', mimeType: 'text/csv', buffer: Buffer.from(`工号,姓名,负责区域\nZ9001,赵新来,${area}\n`) })
  await console.open('M00001', 'workers')
  await page.locator('details.import summary').first().click()
  const part = page.locator('details.import').first()
  await part.locator('input[type=file]').setInputFiles(file('88'))
  await part.getByRole('button', { name: t('import.look') }).click()
  await expect(part.locator('.job[data-status=failed]')).toContainText(/没有这个区划代码|area/, { timeout: 30_000 })
  await console.accessible()
  await console.picture('import-mistakes')
  await part.locator('input[type=file]').setInputFiles(file(me.territory[0]!.code))
  await part.getByRole('button', { name: t('import.look') }).click()
  await expect(part.locator('.job[data-status=done]')).toContainText(/将新增 1 人|1 would be added/, { timeout: 30_000 })
  expect(await known(), 'looking adds nobody').toEqual([])
  await part.getByRole('button', { name: t('areas.go'), exact: true }).click()
  await expect(part.getByRole('button', { name: t('job.fetch', { name: 'passwords' }) })).toBeVisible({ timeout: 30_000 }) // looking made none
  await expect(part.locator('.job[data-status=done]')).not.toContainText(/将|would be/)
  expect(await known()).toEqual(['Z9001'])
  const [download] = await Promise.all([page.waitForEvent('download'), part.getByRole('button', { name: t('job.fetch', { name: 'passwords' }) }).click()])
  expect(download.suggestedFilename()).toBe('passwords.csv')
})

interface Ids { items: { id: string; received_at: string; created: string }[] }

flow('lists are put into another order, which stands in the address and in a queue that is kept', async ({ console, page, city, t }) => {
  const order = page.getByLabel(t('sort.by'))
  const inOrder = async (path: string) => (await city.call<Ids>('S00003', 'GET', '/api/doorstep/v1/' + path)).items.map((i) => i.id)
  await console.open('S00003', 'review')
  await order.selectOption({ label: t('sort.oldest') })
  await expect(page).toHaveURL(/sort=oldest/)
  await page.locator('.list .item').first().click()
  await expect(page).toHaveURL(new RegExp('r=[a-z_]+/' + (await inOrder('queue?sort=oldest&limit=1'))[0]))
  await page.goto(city.url + '/console/review?clock=1&code=grid.near_border&sort=oldest')
  await page.getByRole('button', { name: t('queues.save') }).click()
  await page.getByRole('dialog').getByLabel(t('queues.name')).fill('时钟与边界')
  await page.getByRole('dialog').getByRole('button', { name: t('campaigns.save') }).click()
  await page.goto(city.url + '/console/review')
  await page.getByRole('button', { name: /时钟与边界/ }).click()
  await expect(page).toHaveURL(/clock=1/)
  await expect(page).toHaveURL(/sort=oldest/)
  await expect(page).toHaveURL(/code=grid.near_border/)
  for (const [path, by] of [['duplicates', 'probability'], ['quarantine', 'newest']] as const) {
    await page.goto(city.url + '/console/' + path)
    await order.selectOption({ label: t(`sort.${by}`) })
    await expect(page).toHaveURL(new RegExp('sort=' + by))
    await page.locator('.split .item').first().click()
    await expect(page).toHaveURL(new RegExp('[pq]=' + (await inOrder(`${path}?sort=${by}&limit=1`))[0]))
    await console.accessible()
  }
  await page.evaluate(() => sessionStorage.clear())
  await console.open('M00001', 'workers')
  await order.selectOption({ label: t('sort.waiting') })
  const [first] = (await city.call<{ items: { name: string }[] }>('M00001', 'GET', '/api/doorstep/v1/workers?sort=waiting&limit=1')).items
  await expect(page.locator('.people > li').first()).toContainText(first!.name)
  await console.fits()
})

interface Parts { items: { id: string; area: string; worker: string; target: number; status: string; household: string; due: string }[] }

flow('the targets of a campaign are read and set on its page, and whoever has an area keeps it', async ({ console, page, city, t }) => {
  const campaign = (await city.call<{ items: { id: string; form: string; status: string }[] }>('M00001', 'GET', '/api/doorstep/v1/campaigns')).items.find((c) => c.form === 'child_visit' && c.status === 'open')!.id
  const parts = async () => (await city.call<Parts>('M00001', 'GET', `/api/doorstep/v1/work?campaign=${campaign}&kind=visit&part=area`)).items
  const before = await parts()
  expect(before.every((p) => !p.household)).toBe(true)
  const one = before.find((p) => p.status === 'open' && p.worker)!
  await console.open('M00001', 'campaigns')
  await page.locator('.rounds li').filter({ has: page.locator('.good') }).first().getByRole('button', { name: t('targets.title') }).click()
  const dialog = page.getByRole('dialog').first()
  await dialog.getByLabel(`${t('work.target')} ${one.area}`).fill('41')
  await console.accessible()
  await console.fits()
  await console.picture('targets')
  await dialog.getByRole('button', { name: t('campaigns.save') }).click()
  await expect.poll(async () => (await parts()).find((p) => p.id === one.id)!.target).toBe(41)
  const after = await parts()
  expect(after.map((p) => ({ ...p, target: p.id === one.id ? one.target : p.target, rev: 0 }))).toEqual(before.map((p) => ({ ...p, rev: 0 })))
})
