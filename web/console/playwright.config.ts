import { defineConfig } from '@playwright/test'

// The tests run against the real binary with a demo city. Screenshots go to DOORSTEP_SHOTS, or a folder of the test's own.
export default defineConfig({
  testDir: 'test',
  outputDir: process.env.DOORSTEP_BROWSE ?? '/tmp/doorstep-browse',
  globalSetup: './test/setup.ts',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  retries: process.env.CI ? 2 : 0, // a browser on a busy machine; what passed at a second try is told as flaky
  fullyParallel: false,
  reporter: 'list',
  use: {
    locale: 'zh-CN', timezoneId: 'Asia/Shanghai', trace: 'off',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
})
