import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { texts, type Text } from '../../kit/src/texts.ts'
import { City, password } from './server.ts'

export { expect }

export const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
export type Lang = 'zh' | 'en'

/** Every page that a test opens is watched: no report of the policy, no error, no request to another server. */
function watch(page: Page, own: string): string[] {
  const seen: string[] = []
  page.on('console', (m) => { if (/Content Security Policy/i.test(m.text())) seen.push(m.text()) })
  page.on('pageerror', (e) => seen.push('error: ' + e.message))
  page.on('request', (r) => { if (!r.url().startsWith(own) && !/^(blob|about|data):/.test(r.url())) seen.push('request to ' + r.url()) })
  return seen
}

export const test = base.extend<{ city: City; console: Console }>({
  city: async ({}, use) => {
    const city = await City.open()
    await use(city)
    await city.end()
  },
  console: async ({ page, city }, use) => {
    const seen = watch(page, city.url)
    await use(new Console(page, city))
    expect(seen).toEqual([])
  },
})

/** At is where a flow is run: t gives the words that the page shows. */
export interface At { console: Console; page: Page; city: City; lang: Lang; phone: boolean; t: (key: Text, put?: Record<string, string | number>) => string }

let flows = 0

/**
 * flow is one test in two settings, so that each flow sees both languages and both widths: every other one of a file Chinese at a desk and
 * English on a phone, the rest the other two. At its end axe finds nothing grave, and nothing is wider than the window.
 */
export function flow(title: string, run: (at: At) => Promise<void>) {
  const settings = [[['zh', 'desk'], ['en', 'phone']], [['zh', 'phone'], ['en', 'desk']]] as const
  for (const [lang, size] of settings[flows++ % 2]!) {
    test.describe(`${lang} ${size}`, () => {
      test.use({ viewport: sizes[size] })
      test(title, async ({ console, page, city }) => {
        test.setTimeout(120_000)
        console.lang = lang
        await console.speak()
        const t: At['t'] = (key, put = {}) => texts[key][lang === 'zh' ? 0 : 1].replace(/\{(\w+)\}/g, (whole, name: string) => String(put[name] ?? whole))
        await run({ console, page, city, lang, phone: size === 'phone', t })
        await console.accessible()
        await console.fits()
      })
    })
  }
}

/** Console is the page with somebody in front of it. */
export class Console {
  lang: Lang = 'zh'

  constructor(readonly page: Page, readonly city: City) {}

  /** speak is before the first page: it comes in the language then. */
  async speak() {
    await this.page.addInitScript((l) => { if (self.origin !== 'null') localStorage.setItem('doorstep.lang', l) }, this.lang) // a sandboxed page has no storage
  }

  /** menu opens the menu where a phone hides it. */
  async menu() {
    const burger = this.page.locator('.burger')
    if (await burger.isVisible()) await burger.click()
  }

  /** pick opens the first item of a list that a phone shows alone; at a desk it is open. */
  async pick() {
    const first = this.page.locator('.split .list .item').first()
    await first.waitFor({ state: 'attached' })
    if (!await this.page.locator('.split.open').isVisible() && await first.isVisible()) await first.click()
  }

  /** back leads to the list that a phone hides behind the item. */
  async back() {
    const back = this.page.locator('.split .back')
    if (await back.isVisible()) await back.click()
  }

  /** open goes to a page and signs in there. */
  async open(staff: string, path = '', lang = this.lang) {
    this.lang = lang
    await this.speak()
    await this.page.goto(this.city.url + '/console/' + path)
    await this.signIn(staff)
  }

  async signIn(staff: string) {
    await this.page.locator('input[name=username]').fill(staff)
    await this.again()
  }

  async again() {
    await this.page.locator('input[name=password]').fill(password)
    await this.page.locator('form:has(input[name=password]) button.main').click()
    await expect(this.page.locator('input[name=password]')).toHaveCount(0)
  }

  /** accessible fails on what axe calls serious or critical. */
  async accessible() {
    const found = await new AxeBuilder({ page: this.page }).analyze()
    const grave = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
    expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`)).toEqual([])
  }

  /** fits fails when something makes the page wider than the window. */
  async fits() {
    expect(await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  }

  /** picture keeps how the page looks, for people. */
  async picture(name: string) {
    const dir = process.env.DOORSTEP_SHOTS ?? base.info().outputDir
    await this.page.evaluate(() => { for (const e of document.querySelectorAll<HTMLElement>('.part')) e.style.contentVisibility = 'visible' }) // drawn only where they are looked at
    await this.page.screenshot({ path: `${dir}/${name}.png`, fullPage: true })
  }
}
