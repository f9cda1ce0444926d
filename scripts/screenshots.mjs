// `npm run screenshots -- FOLDER`: a picture of every page and dialog, on a desktop and a phone, light and dark, from
// the same browser tests that check them. It walks through the whole loop first, so it takes some minutes.
import { join, resolve } from 'node:path'
import { bold, fail, Stop, step } from './lib/console.mjs'
import { root } from './lib/paths.mjs'
import { preparePackages, preparePython, prepareWeb } from './lib/prepare.mjs'
import { run } from './lib/process.mjs'
import { installPython } from './lib/python.mjs'
import { findChromium } from './lib/test-programs.mjs'

try {
  process.stdout.write(`\n${bold('Screenshots of every page')}\n\n`)
  const [folder] = process.argv.slice(2)
  if (!folder) throw new Stop('Name a folder: npm run screenshots -- screenshots')
  await preparePackages()
  const python = await preparePython(() => installPython({ dev: true }))
  const dist = await prepareWeb()
  const chromium = await findChromium()
  const env = {
    PALATE_CHROMIUM: chromium,
    PALATE_PYTHON: python,
    PALATE_WEB_DIST: dist,
    PALATE_SCREENSHOTS: resolve(folder),
  }
  const config = ['--config', 'e2e/playwright.config.ts']
  const specs = ['empty-pages', '/walk.spec', 'walked-pages']
  await step('Pages', async () => {
    await run(join(root, 'node_modules/.bin/playwright'), ['test', ...config, ...specs], { cwd: root, env })
    return resolve(folder)
  })
} catch (error) {
  fail(error)
} finally {
  process.exit(process.exitCode ?? 0)
}
