import type { Page } from '@playwright/test'
import { password, type City } from './server.ts'
import { test } from './test.ts'
import { outlives } from './outlives.ts'

/** Form is a form of the console: fill opens it and types, send is its button, to what the button asks. */
interface Form { name: string; path: string; fill: (page: Page, city: City) => Promise<unknown>; send: RegExp; to: RegExp }

const text = (name: string, words: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(words) })
const dialog = (page: Page) => page.getByRole('dialog')
const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).first().click()
const managers: Form[] = [
  { name: 'a list of workers', path: 'workers', send: /^先检查$/, to: /jobs\/workers/, fill: async (page) => {
    await page.locator('details.import > summary').first().click()
    await page.locator('details.import input[type=file]').first().setInputFiles(text('staff.csv', 'staff_no,name,role,territory\nF77777,某某,field,9901\n'))
  } },
  { name: 'an account', path: 'workers', send: /^保存$/, to: /workers\/records/, fill: async (page) => {
    await press(page, /^新建账号$/)
    await dialog(page).getByLabel('工号').fill('F88888')
    await dialog(page).getByLabel('姓名').fill('阿依古丽')
    await dialog(page).getByRole('button', { name: /^辖区/ }).click()
    await page.locator('.areas .name').first().click()
  } },
  { name: 'a campaign', path: 'campaigns', send: /^保存$/, to: /v1\/campaigns$/, fill: async (page) => {
    await press(page, /^新建批次$/)
    await dialog(page).getByLabel('名称').fill('冬季回访')
    await dialog(page).getByLabel('问卷').first().selectOption('child_visit')
    await dialog(page).getByRole('button', { name: /^辖区/ }).click()
    await page.locator('.areas .name').first().click()
  } },
  { name: 'a list of areas', path: 'areas', send: /^看会改什么$/, to: /v1\/areas\?/, fill: (page) => page.locator('input[type=file]').first().setInputFiles(text('areas.csv', 'code,name\n9901,某市\n')) },
  { name: 'services', path: 'needs', send: /^先看会改什么$/, to: /v1\/services/, fill: (page) => page.getByLabel('依据 b02').fill('本市文件甲') },
  { name: 'a request for names', path: 'data', send: /^申请$/, to: /export-requests/, fill: async (page) => {
    await page.locator('input[name=level][value=identified]').check()
    await page.locator('.fields .wide input').fill('民政局要求核对困境儿童名单')
  } },
  { name: 'a list to compare', path: 'data', send: /^比对/, to: /v1\/match/, fill: async (page) => {
    await page.locator('form input[type=file]').setInputFiles(text('list.csv', '姓名,出生日期\n王某某,2015-03-04\n'))
    await page.getByPlaceholder(/id_number/).fill('name=姓名')
  } },
  { name: 'a base map', path: 'watch', send: /^确定$/, to: /base-map/, fill: async (page) => {
    await press(page, /^设置底图$/)
    await dialog(page).locator('input[type=url]').fill('http://127.0.0.1:9/{z}/{x}/{y}.png')
    await dialog(page).locator('select').selectOption('gcj02')
    await dialog(page).locator('input').nth(1).fill('某某地图')
    await dialog(page).getByRole('checkbox').check()
  } },
  { name: 'targets', path: 'campaigns', send: /^保存$/, to: /campaigns\/[^/]+\/work/, fill: async (page) => {
    await page.locator('.rounds li').filter({ has: page.locator('.good') }).first().getByRole('button', { name: /^目标/ }).click()
    await dialog(page).locator('tbody input').first().fill('43')
  } },
  { name: 'a workbook', path: 'forms', send: /^存为草稿$/, to: /v1\/forms$/, fill: async (page) => {
    await page.locator('input[type=file]').setInputFiles(text('tiny.csv', 'survey,type,name,label\n,text,note,备注\nsettings,form_id,form_title,version\n,tiny,小问卷,1\n'))
    await page.getByRole('button', { name: '存为草稿' }).waitFor()
  } },
  { name: 'points', path: 'points', send: /^与上个月/, to: /points/, fill: (page) => page.locator('td input').first().fill('7') },
]
const supervisors: Form[] = [
  { name: 'a discarded submission', path: 'quarantine', send: /^作废$/, to: /discard/, fill: async (page) => {
    await press(page, /^作废$/)
    await dialog(page).locator('textarea').fill('重复上传，已电话核实')
  } },
  { name: 'a settled report', path: 'reports', send: /^确定$/, to: /settle/, fill: async (page) => {
    await press(page, /^办结/)
    await dialog(page).locator('textarea').fill('已报派出所，回执号 12')
  } },
  { name: 'unfinished work', path: 'work', send: /^确定$/, to: /confirm/, fill: async (page) => {
    await press(page, /^尚未完成/)
    await dialog(page).locator('textarea').fill('还有三户没有走到')
  } },
  { name: 'where a record lies', path: 'review', send: /^确定$/, to: /\/area$/, fill: async (page) => {
    await page.locator('.placing').waitFor()
    await page.keyboard.press('g')
    await dialog(page).locator('textarea').fill('按门牌号看在另一个网格')
    const other = dialog(page).getByRole('button', { name: /^辖区/ })
    if (!await other.count()) return
    await other.click()
    for (let n = 0; n < 3; n++) await page.locator('.areas .row .small.button').first().click()
    await page.locator('.areas .name').first().click()
  } },
  { name: 'a correction', path: 'review', send: /^提交更正$/, to: /\/correct$/, fill: async (page, city) => {
    const { items } = await city.call<{ items: { collection: string; id: string }[] }>('S00003', 'GET', '/api/doorstep/v1/queue?form=child_visit')
    const ref = 'household/residents'
    const answered = async (key: string) => (await city.call<{ rows: { ref: string; value: string }[] }>('S00003', 'GET', '/api/doorstep/v1/records/' + key)).rows.some((r) => r.ref === ref && r.value)
    let key = ''
    for (const i of items) if (!key && await answered(`${i.collection}/${i.id}`)) key = `${i.collection}/${i.id}`
    await page.goto(`${city.url}/console/review?r=${key}`)
    await page.locator('.answers .answer').first().waitFor()
    if (await page.locator('button.fold').count()) await page.keyboard.press('e')
    await page.locator(`[data-ref="${ref}"] .q`).click()
    await page.keyboard.press('i')
    await page.locator(`[data-ref="${ref}"] [data-answer]`).fill('7')
    await page.locator('.fixes button.main').click()
    await dialog(page).locator('textarea').fill('电话向家长核实过两次')
  } },
  { name: 'where a day went', path: 'day', send: /^确定$/, to: /\/reveal$/, fill: async (page) => {
    await page.locator('.byworker a').first().click()
    await press(page, /^显示确切位置$/)
    await dialog(page).locator('textarea').fill('核对当天走访的路线和顺序')
  } },
  { name: 'a sample to ask again', path: 'recheck', send: /^先看结果$/, to: /recheck/, fill: async (page) => {
    await page.locator('details.draw > summary').click()
    await page.getByLabel(/^随机种子/).fill('样本甲')
  } },
  { name: 'a queue put aside', path: 'review?code=grid.unassigned', send: /^保存$/, to: /v1\/queues/, fill: async (page) => {
    await press(page, /^保存为常用队列/)
    await dialog(page).getByRole('textbox').fill('没有定位的')
  } },
  { name: 'a search', path: 'people', send: /^查找|^搜索/, to: /persons|search/, fill: async (page) => {
    await page.getByLabel('姓名').fill('王某某')
    await page.locator('input[type=date]').fill('2015-03-04')
  } },
  { name: 'a password', path: '', send: /^修改密码$/, to: /me\/password/, fill: async (page) => {
    await press(page, /^修改密码$/)
    for (const [n, words] of [password, 'doorstep-demo-2', 'doorstep-demo-2'].entries()) await dialog(page).locator('input[type=password]').nth(n).fill(words)
  } },
]

for (const [staff, forms] of [['M00001', managers], ['S00003', supervisors]] as const) {
  test(`what is typed into a form outlives a server that is gone and a session that ended, and is sent then (${staff})`, async ({ console, page, city }) => {
    test.setTimeout(180_000)
    page.setDefaultTimeout(8_000)
    await console.open(staff)
    for (const form of forms) await test.step(form.name, async () => {
      await page.goto(`${city.url}/console/${form.path}`)
      await form.fill(page, city)
      await outlives(console, staff, form)
    })
  })
}
