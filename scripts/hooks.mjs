// `npm run hooks`: Git runs scripts/hooks/pre-commit before each commit in this checkout. `npm run hooks -- --off` undoes it.
import { fail } from './lib/console.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'

const off = process.argv.includes('--off')
try {
  await run(
    'git',
    off ? ['config', '--unset', 'core.hooksPath'] : ['config', 'core.hooksPath', 'scripts/hooks'],
    {
      cwd: root,
    },
  )
  process.stdout.write(
    off ? 'Commits are no longer checked.\n' : 'Staged files are checked before each commit.\n',
  )
} catch (error) {
  fail(error)
}
