// `npm start`: everything, from a fresh checkout.
import { bold, fail, faint, step } from './lib/console.mjs'
import { homeFolder } from './lib/places.mjs'
import { buildWeb, checkNode, installPackages, installPython } from './lib/setup.mjs'
import { startStack } from './lib/stack.mjs'

const started = Date.now()
try {
  process.stdout.write(`\n${bold('Palate')} ${faint(`· data in ${homeFolder}`)}\n\n`)
  checkNode()
  await step('npm packages', installPackages)
  let python
  await step('Python environment for the trainer', async () => {
    const result = await installPython()
    python = result.python
    return result.note
  })
  await step('Web app', buildWeb)
  const stack = await startStack({ home: homeFolder, port: Number(process.env.PALATE_PORT ?? 3000), python })
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    process.stdout.write('\nStopping …\n')
    await stack.stop()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  const { boot, origin } = stack
  process.stdout.write(`\n  ${bold(origin)}  ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n\n`)
  process.stdout.write(`  Sign in as   ${bold(boot.ownerEmail)}\n`)
  if (boot.ownerPassword)
    process.stdout.write(
      `  Password     ${bold(boot.ownerPassword)}   ${faint('(shown this once; only its hash is kept)')}\n`,
    )
  else
    process.stdout.write(
      `  Password     ${faint('the one shown at the first start; lost it? npm run reset starts anew')}\n`,
    )
  process.stdout.write('  Then click   the one dark button on the overview: it always names the next step.\n')
  process.stdout.write(
    `  Public chat  ${origin}/chat\n\n  ${faint(`Logs in ${stack.logs}. Ctrl-C stops everything.`)}\n`,
  )
} catch (error) {
  fail(error)
  process.exit(1)
}
