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
let stopping = false

/** Ctrl-C ends all parts in their order, from the first of them on. @param {() => Promise<void>} stopParts */
function stopOnSignals(stopParts) {
  const stop = async () => {
    if (stopping) return
    stopping = true
    process.stdout.write('\nStopping …\n')
    await stopParts()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // When npm is killed it does not always pass the signal on; without a parent there is no Ctrl-C any more.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 1000).unref()
}

try {
  process.stdout.write(`\n${bold('Palate')} ${faint(`· data in ${homeFolder}`)}\n\n`)
  await preparePackages()
  const python = await preparePython()
  const dist = await prepareWeb()
  const { origin, logs, ...stack } = await startStack({
    home: homeFolder,
    port: Number(requireVariable('PALATE_PORT')),
    python,
    dist,
    onStarting: stopOnSignals,
    onBoot: (made) => {
      boot = made
    },
  })
  process.stdout.write(`\n  ${bold(origin)}  ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n\n`)
  printSignIn(stack.boot)
  process.stdout.write('  Then click   the one dark button on the overview: it always names the next step.\n')
  process.stdout.write(
    `  Public chat  ${origin}/chat\n\n  ${faint(`Logs in ${logs}. Ctrl-C stops everything.`)}\n`,
  )
} catch (error) {
  // A part that was stopped while it started is no error.
  if (!stopping) {
    if (boot?.ownerPassword) printSignIn(boot)
    fail(error)
    process.exit(1)
  }
}

/** @param {import('./lib/stack.mjs').Boot} boot */
function printSignIn({ ownerEmail, ownerPassword }) {
  process.stdout.write(`  Sign in as   ${bold(ownerEmail)}\n`)
  const note = ownerPassword
    ? `${bold(ownerPassword)}   ${faint('(shown this once; only its hash is kept)')}`
    : faint('the one shown at the first start; if it is lost, npm run reset makes a new workspace')
  process.stdout.write(`  Password     ${note}\n`)
}
