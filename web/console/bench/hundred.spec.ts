// A supervisor's hundred: a scripted reviewer approves a hundred records by keyboard, half a second each, and says how long the
// next record took to be painted after the key, and how long the server took to answer. Run: npm run hundred --prefix web.
import { test } from '../test/test.ts'

const records = Number(process.env.RECORDS ?? 100)
const reading = Number(process.env.READING_MS ?? 500)

const at = (sorted: number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
const told = (name: string, all: number[]) => {
  const s = [...all].sort((a, b) => a - b)
  return `${name}: n ${s.length}, p50 ${at(s, 0.5).toFixed(0)} ms, p95 ${at(s, 0.95).toFixed(0)} ms, longest ${at(s, 1).toFixed(0)} ms`
}

test('a hundred records by keyboard', async ({ console: desk, page }) => {
  test.setTimeout(600_000)
  await desk.open('M00001', 'review')
  await page.locator('.answers .answer').first().waitFor()
  await page.evaluate(() => {
    performance.setResourceTimingBufferSize(10_000)
    addEventListener('keydown', () => {
      const [begun, before] = [performance.now(), location.search]
      const look = () => {
        if (location.search === before || !document.querySelector('.answers .answer')) return void requestAnimationFrame(look)
        setTimeout(() => (globalThis as never as { painted: (ms: number) => void }).painted(performance.now() - begun)) // behind the frame that shows it
      }
      requestAnimationFrame(look)
    }, { capture: true })
  })
  const painted: number[] = []
  let come: (ms: number) => void = () => {}
  await page.exposeFunction('painted', (ms: number) => come(ms))
  for (let n = 0; n < records; n++) {
    await page.locator('.verdicts .button').first().waitFor()
    const next = new Promise<number>((done) => { come = done })
    const can = await page.locator('.verdicts .button.good:enabled').count()
    await page.keyboard.press(can ? 'a' : 'j')
    painted.push(await next)
    await page.waitForTimeout(reading)
  }
  const timed = (part: RegExp) => page.evaluate((source) => (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
    .filter((e) => new RegExp(source).test(e.name)).map((e) => e.responseStart - e.requestStart), part.source)
  console.log(told('next record painted after the key (browser)', painted))
  console.log(told('a record answered (server, with what waits before it)', await timed(/\/records\/[^/]+\/[^/]+$/)))
  console.log(told('a decision answered', await timed(/\/review$/)))
})
