import { defineConfig } from '@playwright/test'

// The tests run against the real binary with a demo city. Screenshots go to DOORSTEP_SHOTS, or a folder of the test's own.
export default defineConfig({
  testDir: 'test',
  outputDir: process.env.DOORSTEP_BROWSE ?? '/tmp/doorstep-browse',
  globalSetup: './test/setup.ts',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  fullyParallel: false,
  reporter: 'list',
  use: {
    locale: 'zh-CN', timezoneId: 'Asia/Shanghai', trace: 'off',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
})
