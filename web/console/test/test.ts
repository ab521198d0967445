import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
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

/** Console is the page with somebody in front of it. */
export class Console {
  constructor(readonly page: Page, readonly city: City) {}

  /** open goes to a page and signs in there. */
  async open(staff: string, path = '', lang: Lang = 'zh') {
    await this.page.addInitScript((l) => { if (self.origin !== 'null') localStorage.setItem('doorstep.lang', l) }, lang) // a sandboxed page has no storage
    await this.page.goto(this.city.url + '/console/' + path)
    await this.signIn(staff)
  }

  async signIn(staff: string) {
    await this.page.locator('input[name=username]').fill(staff)
    await this.again()
  }

  async again() {
    await this.page.locator('input[name=password]').fill(password)
    await this.page.locator('form button.main').click()
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
    await this.page.evaluate(() => { for (const e of document.querySelectorAll<HTMLElement>('.part, .list li')) e.style.contentVisibility = 'visible' }) // drawn only where they are looked at
    await this.page.screenshot({ path: `${dir}/${name}.png`, fullPage: true })
  }
}
