import { test, expect, sizes, type Lang } from './test.ts'

const words = {
  zh: { fill: '试填', look: '查看与试填', handling: '每道题如何处理', changes: '与现行版本比较', check: '检查答案', computing: '显示计算结果', draft: '存为草稿', phone: '手机试填', narrow: '手机', title: '家里几口人', member: '成员', wrong: '1 处不符合', tooMany: '不超过 20 人', name: '姓名', pet: '有宠物吗', yes: '有', which: '什么宠物', sealed: '是', added: '新增', close: '关闭' },
  en: { fill: 'Try it', look: 'Look and try', handling: 'How each question is treated', changes: 'Against the live version', check: 'Check the answers', computing: 'Show calculations', draft: 'Keep as a draft', phone: 'Try on a phone', narrow: 'Phone', title: 'How many live here', member: 'Member', wrong: '1 do not fit', tooMany: 'Not more than 20', name: 'Full name', pet: 'Any pets', yes: 'Yes', which: 'Which pet', sealed: 'Yes', added: 'added', close: 'Close' },
}
const sheet = (version: string, more = '') => `survey,type,name,label::中文 (zh),label::English (en),required,relevant,constraint,constraint_message::中文 (zh),constraint_message::English (en),calculation
,integer,size,家里几口人,How many live here,yes,,. <= 20,不超过 20 人,Not more than 20,
,select_one yn,pet,有宠物吗,Any pets,,,,,,
,text,which,什么宠物,Which pet,,\${pet} = 'y',,,,
${more},calculate,double,,,,,,,,\${size} * 2
,begin repeat,member,成员,Member,,,,,,
,text,full_name,姓名,Full name,,,,,,
,end repeat,,,,,,,,,
choices,list_name,name,label::中文 (zh),label::English (en)
,yn,y,有,Yes
,yn,n,没有,No
settings,form_id,form_title,version,default_language
,pets,住户与宠物,${version},中文 (zh)
`
const file = (text: string) => ({ name: 'pets.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })

for (const [lang, size] of [['zh', 'desk'], ['en', 'phone']] as [Lang, keyof typeof sizes][]) {
  test.describe(`${lang} ${size}`, () => {
    test.use({ viewport: sizes[size] })
    test('a form is filled in before it is published, in a page without a session, and compared with the live one', async ({ console, page, city }) => {
      test.setTimeout(150_000)
      const w = words[lang]
      const stored = async () => (await city.call<{ items: { form: string; version: string; status: string }[] }>('M00001', 'GET', '/api/doorstep/v1/forms')).items
      const before = await stored()
      await console.open('M00001', 'forms', lang)
      await page.locator('input[type=file]').setInputFiles(file(sheet('1')))
      const form = page.frameLocator('iframe')
      const question = (name: string) => form.locator(`[data-name=${name}]`)
      await expect(question('size')).toContainText(w.title, { timeout: 30_000 })
      await expect(question('which')).toHaveCount(0)
      await question('pet').getByLabel(w.yes, { exact: true }).click()
      await expect(question('which')).toContainText(w.which)
      await form.getByRole('button', { name: w.check }).click()
      await expect(form.getByRole('status')).toHaveText(w.wrong)
      await expect(question('size').getByRole('alert')).toBeVisible()
      await question('size').locator('input').fill('21')
      await question('size').locator('input').blur()
      await expect(question('size').getByRole('alert')).toHaveText(w.tooMany)
      await question('size').locator('input').fill('4')
      await question('size').locator('input').blur()
      await expect(question('size').getByRole('alert')).toHaveCount(0)
      await form.getByLabel(w.computing).check()
      await expect(form.locator('.computed', { hasText: 'double' })).toHaveText('double = 8')
      const rounds = await form.locator('.round').count()
      await form.locator('.add').click()
      await expect(form.locator('.round')).toHaveCount(rounds + 1)
      await page.getByRole('button', { name: w.narrow, exact: true }).click()
      expect((await page.locator('iframe').boundingBox())!.width).toBeLessThanOrEqual(390)
      await console.accessible()
      await console.fits()
      await console.picture(`form-${lang}-${size}`)
      const inside = page.frames().find((f) => f.url().endsWith('/console/fill.html'))!
      expect(await inside.evaluate(() => [self.origin, ...['sessionStorage', 'localStorage'].map((s) => { try { return !!self[s as never] } catch { return 'barred' } })]), 'a script of the form finds no session').toEqual(['null', 'barred', 'barred'])
      await page.getByRole('tab', { name: w.handling }).click()
      await expect(page.getByRole('row', { name: new RegExp('full_name') })).toContainText(w.sealed)
      expect(await stored(), 'trying stores nothing').toEqual(before)
      if (size === 'phone') return
      // As a draft it is tried on a phone; published it is what the next one is compared with.
      await page.getByRole('button', { name: w.draft }).click()
      const row = page.locator('.flush tbody tr', { hasText: 'pets' })
      await row.getByRole('button', { name: w.phone }).click()
      await expect(page.getByRole('dialog').getByRole('img')).toBeVisible()
      await page.keyboard.press('Escape')
      await row.getByRole('button', { name: '发布', exact: false }).click()
      await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
      await expect(row).toContainText('已发布')
      await page.locator('input[type=file]').setInputFiles(file(sheet('2', ',note,thanks,谢谢,Thanks,,,,,,\n').replace('不超过 20 人', '最多 20 人')))
      await page.getByRole('tab', { name: w.changes }).click()
      await expect(page.getByRole('tabpanel').locator('tbody tr')).toHaveCount(2)
      await expect(page.getByRole('tabpanel')).toContainText(w.added)
      await expect(page.getByRole('tabpanel')).toContainText('最多 20 人')
      await console.accessible()
      await page.locator('.flush tbody tr', { hasText: 'child_visit' }).first().getByRole('button', { name: w.look }).click()
      await expect(page.getByRole('dialog').frameLocator('iframe').locator('.question').first()).toBeVisible({ timeout: 30_000 })
      await console.picture('form-look-zh-desk')
    })
  })
}
