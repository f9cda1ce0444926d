// Checks of the staged files: Biome, words, sizes, and the format of Python where ruff is installed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from './lib/console.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { findRuff } from './lib/python.mjs'

const listed = await run('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'], {
  cwd: root,
})
const staged = listed.split('\0').filter((file) => file && existsSync(join(root, file)))
const python = staged.filter((file) => file.endsWith('.py'))

/** @param {string} command @param {string[]} args */
const check = (command, args) => run(command, args, { cwd: root })

try {
  if (staged.length > 0) {
    const biome = join(root, 'node_modules/.bin/biome')
    await check(biome, [
      'check',
      '--error-on-warnings',
      '--no-errors-on-unmatched',
      '--staged',
      '--files-ignore-unknown=true',
    ])
    for (const guard of ['words', 'sizes'])
      await check(process.execPath, [join(root, `scripts/check-${guard}.mjs`), ...staged])
  }
  const ruff = python.length > 0 ? await findRuff() : null
  if (ruff) await check(ruff, ['format', '--check', '--force-exclude', ...python])
  else if (python.length > 0)
    process.stderr.write(
      'ruff is not installed yet, so the Python was not checked: npm run check installs it.\n',
    )
} catch (error) {
  fail(error)
}
