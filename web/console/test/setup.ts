import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready } from './server.ts'

/** The binary is built, unless DOORSTEP names one, and the demo city is made once; each test then works on a copy. */
export default async function setup() {
  const dir = mkdtempSync(join(tmpdir(), 'doorstep-console-'))
  const root = join(import.meta.dirname, '../../..')
  if (process.env.DOORSTEP) copyFileSync(process.env.DOORSTEP, join(dir, 'doorstep'))
  else execFileSync('go', ['build', '-o', join(dir, 'doorstep'), '.'], { cwd: root, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0' } })
  const server = spawn(join(dir, 'doorstep'), ['serve', '--demo', '--keep-free', '1', '--http', '127.0.0.1:18431', '--dir', join(dir, 'city')], { stdio: 'ignore' })
  await ready('http://127.0.0.1:18431', 240_000)
  server.kill('SIGTERM')
  await new Promise((done) => server.once('exit', done))
  process.env.DOORSTEP_TEST_DIR = dir
  return () => execFileSync('rm', ['-rf', dir])
}
