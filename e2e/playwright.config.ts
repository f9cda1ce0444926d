import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  // Long limits, because the machine can be busy.
  timeout: 40 * 60_000,
  expect: { timeout: 120_000 },
  workers: 1,
  retries: 0,
  reporter: [['list'], ['json']],
  globalSetup: './global-setup.ts',
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    launchOptions: {
      ...(process.env.PALATE_CHROMIUM ? { executablePath: process.env.PALATE_CHROMIUM } : {}),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
    trace: 'retain-on-failure',
    actionTimeout: 120_000,
  },
})
