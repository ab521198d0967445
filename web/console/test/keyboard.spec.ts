import type { Page } from '@playwright/test'
import { pages } from './pages.ts'
import { test, expect } from './test.ts'

interface Walk { begin: () => number; end: () => { missed: string[]; wrong: string[] } }
declare global { interface Window { walk: Walk } }

/** watch is put into a page: whenever Tab is pressed it looks at what has the focus. */
function watch() {
  const ring = (e: Element) => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join() }
  const told = (e: Element) => e.outerHTML.replace(/\s+/g, ' ').slice(0, 140)
  /** shown is what is seen of a field: its label, where that covers it. */
  const shown = (e: Element) => (e.matches('.hidden') && e.closest('label')) || e
  /** all are the stops; the tabs of a list of tabs are reached from each other, and radio buttons by arrows. */
  const all = () => [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((e) => e.tabIndex >= 0 && !e.matches(':disabled, [role=tablist]') && e.checkVisibility({ visibilityProperty: true }))
  let looks = new Map<Element, string>()
  const [seen, wrong] = [new Set<Element>(), new Set<string>()]
  function look() {
    const e = document.activeElement
    if (!e || e === document.body || seen.has(e)) return
    seen.add(e)
    const box = shown(e).getBoundingClientRect()
    const middle = (from: number, to: number, end: number) => (Math.max(from, 0) + Math.min(to, end)) / 2
    const top = document.elementFromPoint(middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight))
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) wrong.add('not in the window: ' + told(e))
    else if (!top || !(shown(e).contains(top) || top.contains(e) || top.closest('label')?.contains(e))) wrong.add('covered: ' + told(e))
    if (looks.get(e) === ring(shown(e))) wrong.add('looks as without the focus: ' + told(e))
  }
  addEventListener('keydown', (k) => { if (k.key === 'Tab') look() }, { capture: true })
  const radio = (e: Element) => (e instanceof HTMLInputElement && e.type === 'radio' ? e.name : undefined)
  window.walk = {
    begin() {
      seen.clear()
      wrong.clear()
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      looks = new Map(all().map((e) => [e, ring(shown(e))]))
      return looks.size
    },
    end() {
      look()
      const radios = new Set([...seen].map(radio))
      return { missed: all().filter((e) => looks.has(e) && !seen.has(e) && !(radio(e) !== undefined && radios.has(radio(e)))).map(told), wrong: [...wrong] }
    },
  }
}

/** openers are the buttons of a page that open a dialog or a menu. */
const openers: Record<string, RegExp[]> = {
  '': [/^修改密码/, /^在所有设备上退出/, /^办结/], review: [/^批量通过/, /^显示位置/, /^按 \? /], quarantine: [/^辖区/, /^作废/, /^同一原因/],
  work: [/^辖区/, /^转给/, /^收回/, /^拆分/, /^尚未完成/], workers: [/^新建账号/, /^重设第二因子/, /^修改 /, /^停用账号/, /^停用平板/],
  forms: [/^查看与试填/, /^停止下发/], campaigns: [/^新建批次/, /^目标/, /^修改批次/], watch: [/^设置底图/],
}

/** opens presses Enter on a button: the focus goes into what opens, and after Escape is on the button again. */
async function opens(page: Page, name: RegExp) {
  const button = page.getByRole('button', { name }).first()
  await button.focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('[role=dialog] :focus, [role=dialog]:focus'), `${name} has the focus`).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog'), `${name} is closed`).toHaveCount(0)
  await expect(button, `${name} has the focus back`).toBeFocused()
}

test('every page by keyboard: Tab reaches all of it, one sees where one is, and what Enter opens Escape closes', async ({ console, page, city }) => {
  test.setTimeout(150_000)
  await page.addInitScript(watch)
  let staff = ''
  for (const p of pages) {
    if (p.staff !== staff) {
      if (staff) await page.evaluate(() => sessionStorage.clear())
      await console.open(staff = p.staff, p.path)
    } else await page.goto(city.url + '/console/' + p.path)
    await page.locator(p.there).first().waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    const days = await page.locator('input[type=date]').count() // each is three stops more
    const stops = await page.evaluate(() => window.walk.begin()) + 3 * days + 4 // and all the way round
    for (let n = 0; n < stops; n++) await page.keyboard.press('Tab')
    expect(await page.evaluate(() => window.walk.end()), p.path).toEqual({ missed: [], wrong: [] })
    for (const name of openers[p.path] ?? []) await opens(page, name)
  }
})
