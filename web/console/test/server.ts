import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

export const password = 'doorstep-demo'

/** ready waits until a server answers. */
export async function ready(url: string, patience = 30_000) {
  for (const end = Date.now() + patience; Date.now() < end;) {
    try {
      if ((await fetch(url + '/api/health')).ok) return
    } catch { /* not yet */ }
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(url + ' does not answer')
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number }
      s.close(() => done(port))
    })
  })
}

/** City is a copy of the demo city, and the server in front of it. */
export class City {
  private process?: ChildProcess
  private constructor(readonly dir: string, readonly port: number) {}

  static async open(): Promise<City> {
    const from = process.env.DOORSTEP_TEST_DIR!
    const dir = mkdtempSync(join(from, 'copy-'))
    cpSync(join(from, 'city'), join(dir, 'city'), { recursive: true })
    cpSync(join(from, 'city.keys.json'), join(dir, 'city.keys.json'))
    const city = new City(dir, await freePort())
    await city.start()
    return city
  }

  /** bare is a city on its first day: areas without boundaries and one manager, M00001. */
  static async bare(): Promise<City> {
    const city = new City(mkdtempSync(join(process.env.DOORSTEP_TEST_DIR!, 'bare-')), await freePort())
    const [areas, staff] = [join(city.dir, 'areas.csv'), join(city.dir, 'staff.csv')]
    writeFileSync(areas, 'code,name\n9901,某市\n990101,某区\n990101001,某某街道\n')
    writeFileSync(staff, `staff_no,name,role,territory,password\nM00001,欧阳·买买提·阿卜杜热西提,manager,9901,${password}\n`)
    for (const command of [['init'], ['areas', 'import', areas], ['workers', 'second-factor', 'off'], ['workers', 'import', staff]]) city.run(...command)
    await city.start()
    return city
  }

  get url() { return `http://127.0.0.1:${this.port}` }

  async start() {
    this.process = spawn(join(this.dir, '..', 'doorstep'), ['serve', '--keep-free', '1', '--http', `127.0.0.1:${this.port}`, '--dir', join(this.dir, 'city')], { stdio: 'ignore' })
    await ready(this.url)
  }

  /** run calls the program beside the server, as an operator at the machine does. */
  run(...args: string[]) {
    execFileSync(join(this.dir, '..', 'doorstep'), [...args, '--dir', join(this.dir, 'city')], { stdio: 'ignore' })
  }

  /** end ends the server: at once, as a power cut does, or in order. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM') {
    const p = this.process
    this.process = undefined
    if (!p || p.exitCode !== null) return
    const gone = new Promise((done) => p.once('exit', done))
    p.kill(signal)
    await gone
  }

  /** call speaks to the server beside the browser, as somebody of the demo city. */
  async call<T>(staff: string, method: string, path: string, body?: unknown): Promise<T> {
    const token = await this.token(staff)
    const res = await fetch(this.url + path, { method, headers: { Authorization: token, 'Content-Type': 'application/json' }, body: body ? JSON.stringify(body) : undefined })
    if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${await res.text()}`)
    return (res.status === 204 ? undefined : await res.json()) as T
  }

  /** endSessions ends every session of somebody. */
  async endSessions(staff: string) {
    await this.call(staff, 'POST', '/api/doorstep/v1/me/sessions/end', { everywhere: true })
    delete this.tokens[staff]
  }

  private tokens: Record<string, string> = {}
  async token(staff: string): Promise<string> {
    if (!this.tokens[staff]) {
      const res = await fetch(this.url + '/api/collections/workers/auth-with-password', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ identity: staff, password }) })
      this.tokens[staff] = ((await res.json()) as { token: string }).token
    }
    return this.tokens[staff]!
  }
}
