import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bold, fail } from './console.mjs'
import { runForeground } from './foreground.mjs'
import { databaseFolder } from './postgres.mjs'
import { preparePackages, preparePython, prepareWeb } from './prepare.mjs'
import { freePort } from './process.mjs'
import { startStack } from './stack.mjs'

/**
 * Runs a TypeScript program against a whole stack in a temporary folder, and ends this process with its exit code. The
 * program gets `PALATE_URL` and `PALATE_API_KEY`.
 *
 * @param {string} title shown first
 * @param {string} entry of the program, relative to the root
 * @param {string[]} given its arguments; `--keep` keeps the data folder, and a path after `--data` becomes absolute
 */
export async function runOnTemporaryStack(title, entry, given) {
  const args = given.filter((arg) => arg !== '--keep')
  const keep = given.includes('--keep')
  const home = mkdtempSync(join(tmpdir(), 'palate-loop-'))
  chmodSync(home, 0o755)
  let stopParts = async () => {}
  const stop = async () => {
    await stopParts()
    if (keep) return
    for (const folder of [databaseFolder(home), home]) rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => void stop().then(() => process.exit(1)))
  try {
    process.stdout.write(`\n${bold(title)}\n\n`)
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
    const code = await runForeground(entry, paths, {
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
}
