import { createHash, randomUUID } from 'node:crypto'
import { test, expect, flow } from './test.ts'
import type { City } from './server.ts'

const remarks = '一'.repeat(300) + '\n' + '二'.repeat(400)
const broken = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]), Buffer.alloc(2000, 7)])

/** bring sends a visit with long remarks and a picture that is none, as a tablet does, and returns its key. */
async function bring(city: City): Promise<string> {
  const send = (path: string, body: BodyInit, more: Record<string, string>, method = 'POST') => fetch(new URL(path, city.url), { method, headers: { 'Content-Type': 'application/json', ...more }, body })
  const { device, token } = (await (await send('/api/sync/v1/devices', JSON.stringify({ name: 't', device_time: '2026-11-23T10:00:00+08:00' }), { Authorization: await city.token('F00012') })).json()) as { device: string; token: string }
  const own = { Authorization: token, 'X-Doorstep-Device': device }
  const id = randomUUID()
  const sha256 = createHash('sha256').update(broken).digest('hex')
  const answers = {
    start: '2026-11-23T09:00:00.000+08:00', end: '2026-11-23T09:30:00.000+08:00', today: '2026-11-23',
    visit: { contact_method: 'household_visit', attempt: 1, outcome: '1.1', consent: 'oral', location: '21.294292 116.578499 0 5' },
    household: { address: '示例路 8 号', children_count: 0 }, closing: { remarks, door_plate_photo: 'door.jpg' },
  }
  const pushed = await send('/api/sync/v1/push', JSON.stringify({ operations: [{ seq: 1, op: 'submit', id, form: 'child_visit', answers, files: [{ name: 'door.jpg', sha256, size: broken.length }] }] }), own)
  expect(((await pushed.json()) as { results: { status: string }[] }).results[0]!.status).toBe('stored')
  const tus = { ...own, 'Tus-Resumable': '1.0.0' }
  const begun = await send('/api/sync/v1/files/', '', { ...tus, 'Upload-Length': String(broken.length), 'Upload-Metadata': 'sha256 ' + Buffer.from(sha256).toString('base64') })
  await send(begun.headers.get('location')!, broken, { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' }, 'PATCH')
  return 'child_visits/' + id
}

flow('a long answer keeps its lines, a picture that cannot be shown says so, and the map has the place once it is shown', async ({ console, page, city, phone, t }) => {
  const key = await bring(city)
  await console.open('S00003', 'review?r=' + encodeURIComponent(key))
  await page.locator('.fold').click()
  const answer = page.locator('[data-ref="closing/remarks"]')
  await answer.getByRole('button', { name: t('record.show') }).click()
  await page.getByRole('dialog').locator('textarea').fill('与现场情况核对这份记录')
  await page.getByRole('dialog').getByRole('button', { name: t('record.show') }).click()
  const text = answer.locator('.text')
  await expect(text).toContainText('二')
  expect(await text.innerText(), 'lines as they were written').toBe(remarks)
  expect((await text.boundingBox())!.height).toBeLessThan(phone ? 320 : 300)

  await page.locator('.strip button').click()
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText(t('record.broken'))
  await console.accessible()
  await page.keyboard.press('Escape')

  await expect(page.locator('.place .dot')).toHaveCount(0)
  await page.getByRole('button', { name: t('record.showPlace') }).click()
  await expect(page.locator('.place .dot')).toHaveCount(1)
  await expect(page.getByRole('button', { name: t('record.showPlace') })).toHaveCount(0)
  await expect(page.locator('[data-ref="visit/location"] .text')).toContainText('21.294292, 116.578499')
})

test('what keys say: an answer that is not masked, a dialog that is left, the next record', async ({ console, page }) => {
  await console.open('S00003', 'review')
  await page.locator('.answers .answer').first().waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.className)
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.keyboard.press('r')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(focused, 'nothing had the focus before').toBe('right')
  await page.keyboard.press('v')
  await expect(page.locator('.notes')).toContainText('先用上下键选中一道遮蔽的题')
  await expect(page.locator('.review > [role=status]')).toHaveText('')
  await page.keyboard.press('j')
  await expect(page.locator('.review > [role=status]')).toContainText('答案 · ')
})
