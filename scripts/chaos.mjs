// `npm run chaos`: kills and cuts everything under a seeded schedule, and counts what is lost and what is doubled.
// Options: --seeds 1,2,3,4,5, --faults 25, --keep (leave each seed's folder, with its logs).
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { bold, fail } from './lib/console.mjs'
import { root } from './lib/paths.mjs'
import { preparePackages, preparePython } from './lib/prepare.mjs'

try {
  process.stdout.write(`\n${bold('Chaos: everything is killed, nothing may be lost')}\n\n`)
  await preparePackages()
  const python = await preparePython()
  process.stdout.write('\n')
  process.exitCode = await new Promise((done, reject) => {
    const args = ['--import', 'tsx', join(root, 'e2e/chaos/main.ts'), ...process.argv.slice(2)]
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PALATE_PYTHON: python },
    })
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
    child.once('error', reject)
    child.once('exit', (code) => done(code ?? 1))
  })
} catch (error) {
  fail(error)
}
