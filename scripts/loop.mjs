// `npm run loop`: the whole loop without a browser, through the public interfaces, on a stack in a temporary folder.
// Options: --quick (small settings), --seed N, --data FILE (repeat it for more), --keep (keep the data folder).
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bold, fail } from './lib/console.mjs'
import { runForeground } from './lib/foreground.mjs'
import { preparePackages, preparePython, prepareWeb } from './lib/prepare.mjs'
import { freePort } from './lib/process.mjs'
import { startStack } from './lib/stack.mjs'

const args = process.argv.slice(2).filter((arg) => arg !== '--keep')
const keep = process.argv.includes('--keep')
const home = mkdtempSync(join(tmpdir(), 'palate-loop-'))
chmodSync(home, 0o755)
let stopParts = async () => {}
const stop = async () => {
  await stopParts()
  if (!keep) rmSync(home, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop().then(() => process.exit(1)))

try {
  process.stdout.write(`\n${bold('The loop, without a browser')}\n\n`)
  await preparePackages()
  const python = await preparePython()
  const dist = await prepareWeb()
  const stack = await startStack({
    home,
    port: await freePort(),
    python,
    dist,
    apiKey: true,
    onStarting: (stopStarted) => {
      stopParts = stopStarted
    },
  })
  process.stdout.write('\n')
  const paths = args.map((arg, index) => (args[index - 1] === '--data' ? resolve(arg) : arg))
  const code = await runForeground('e2e/loop/main.ts', paths, {
    PALATE_URL: stack.origin,
    PALATE_API_KEY: stack.boot.apiKey ?? '',
  })
  process.exitCode = code
  if (code !== 0 || keep)
    process.stderr.write(`Logs in ${stack.logs}${keep ? '' : ' (add --keep to keep them)'}\n`)
} catch (error) {
  fail(error)
} finally {
  await stop()
  process.exit(process.exitCode ?? 0)
}
