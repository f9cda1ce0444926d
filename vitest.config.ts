import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.{ts,tsx}',
      'apps/*/**/*.test.{ts,tsx}',
      'gpu-agent/src/**/*.test.ts',
      'e2e/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/.next/**'],
    globalSetup: ['packages/db/src/testing/global-setup.ts'],
    maxWorkers: 2,
    // Limits for what hangs, not for what is slow: the machine may be busy with other things.
    testTimeout: 300_000,
    hookTimeout: 400_000,
  },
})
