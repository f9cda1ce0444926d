// `npm start`: everything, from a fresh checkout.
import './lib/env-file.mjs'
import { bold, fail, faint } from './lib/console.mjs'
import { requireVariable } from './lib/env.mjs'
import { homeFolder } from './lib/paths.mjs'
import { preparePackages, preparePython, prepareWeb } from './lib/prepare.mjs'
import { startStack } from './lib/stack.mjs'

const started = Date.now()
/** @type {import('./lib/stack.mjs').Boot | undefined} */
let boot
try {
  process.stdout.write(`\n${bold('Palate')} ${faint(`· data in ${homeFolder}`)}\n\n`)
  await preparePackages()
  const python = await preparePython()
  const dist = await prepareWeb()
  const stack = await startStack({
    home: homeFolder,
    port: Number(requireVariable('PALATE_PORT')),
    python,
    dist,
    onBoot: (made) => {
      boot = made
    },
  })
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
  // When npm is killed it does not always pass the signal on; without a parent there is no Ctrl-C any more.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 1000).unref()
  const { origin } = stack
  process.stdout.write(`\n  ${bold(origin)}  ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n\n`)
  printSignIn(stack.boot)
  process.stdout.write('  Then click   the one dark button on the overview: it always names the next step.\n')
  process.stdout.write(
    `  Public chat  ${origin}/chat\n\n  ${faint(`Logs in ${stack.logs}. Ctrl-C stops everything.`)}\n`,
  )
} catch (error) {
  if (boot?.ownerPassword) printSignIn(boot)
  fail(error)
  process.exit(1)
}

/** @param {import('./lib/stack.mjs').Boot} boot */
function printSignIn({ ownerEmail, ownerPassword }) {
  process.stdout.write(`  Sign in as   ${bold(ownerEmail)}\n`)
  const note = ownerPassword
    ? `${bold(ownerPassword)}   ${faint('(shown this once; only its hash is kept)')}`
    : faint('the one shown at the first start; if it is lost, npm run reset makes a new workspace')
  process.stdout.write(`  Password     ${note}\n`)
}
