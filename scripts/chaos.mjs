// `npm run chaos`: kills and cuts everything under a seeded schedule, and counts what is lost and what is doubled.
// Options: --seeds 1,2,3,4,5, --faults 25, --keep (keep each seed's folder, with its logs); --repeat 10: instead of a
// schedule, each part of what npm start starts is killed ten times in a row.
import { bold, fail } from './lib/console.mjs'
import { runForeground } from './lib/foreground.mjs'
import { preparePackages, preparePython, prepareWeb } from './lib/prepare.mjs'

try {
  process.stdout.write(`\n${bold('Chaos: everything is killed, nothing may be lost')}\n\n`)
  await preparePackages()
  const python = await preparePython()
  const dist = process.argv.includes('--repeat') ? await prepareWeb() : ''
  process.stdout.write('\n')
  process.exitCode = await runForeground('e2e/chaos/main.ts', process.argv.slice(2), {
    PALATE_PYTHON: python,
    ...(dist ? { PALATE_WEB_DIST: dist, PALATE_LEASE_SECONDS: '30' } : {}),
  })
} catch (error) {
  fail(error)
}
