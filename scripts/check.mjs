// `npm run check`: format and lint, who imports whom, unused code, types; then the same for Python.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fail, Stop, step } from './lib/console.mjs'
import { root, trainer } from './lib/paths.mjs'
import { preparePackages, preparePython } from './lib/prepare.mjs'
import { run } from './lib/process.mjs'
import { installPython } from './lib/python.mjs'

/** @param {string} name */
const bin = (name) => join(root, 'node_modules/.bin', name)

/**
 * A guard of our own, as a process: it needs npm packages, which may not be there when this file is loaded.
 *
 * @param {'words' | 'sizes' | 'versions' | 'docs'} name
 */
async function guard(name) {
  await run(process.execPath, [join(root, `scripts/check-${name}.mjs`)], { cwd: root })
  return ''
}

/** @param {string} python the trainer's environment with the development tools */
export async function check(python) {
  await step('Biome: format and lint', () =>
    run(bin('biome'), ['check', '--error-on-warnings', '.'], { cwd: root }).then(() => ''),
  )
  await step('Imports between packages', async () => {
    const places = ['apps', 'packages', 'gpu-agent/src']
    const output = await run(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', ...places], {
      cwd: root,
    })
    const modules = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0)
    // Without a parser for TypeScript it would find nothing, and be content with it.
    if (modules < 300)
      throw new Stop(`Only ${modules} modules were read: dependency-cruiser cannot parse TypeScript here.`)
    return `${modules} modules`
  })
  await step('Unused files, exports and dependencies', () =>
    run(bin('knip'), ['--no-progress'], { cwd: root }).then(() => ''),
  )
  await step('TypeScript', () =>
    run(bin('turbo'), ['run', 'typecheck', '--concurrency=2', '--output-logs=errors-only'], {
      cwd: root,
      env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    }).then(() => ''),
  )
  await step('Types of the scripts', () => run(bin('tsc'), ['-p', 'scripts'], { cwd: root }).then(() => ''))
  await step('Generated files', () =>
    run(process.execPath, [join(root, 'scripts/generate.mjs'), '--check'], { cwd: root }).then(() => ''),
  )
  await step('Plain words', () => guard('words'))
  await step('No file over 300 lines', () => guard('sizes'))
  await step('Exact versions of dependencies', () => guard('versions'))
  await step('Paths and links in docs', () => guard('docs'))
  if (!existsSync(join(trainer, 'requirements-dev.txt'))) return
  await step('ruff', () => run(python, ['-m', 'ruff', 'check', '.'], { cwd: trainer }).then(() => ''))
  await step('ruff format', () =>
    run(python, ['-m', 'ruff', 'format', '--check', '.'], { cwd: trainer }).then(() => ''),
  )
  await step('mypy', () => run(python, ['-m', 'mypy', '.'], { cwd: trainer }).then(() => ''))
  await step('Imports between Python packages', () =>
    run(join(dirname(python), 'lint-imports'), ['--no-cache'], { cwd: trainer }).then(() => ''),
  )
}

if (process.argv[1] === import.meta.filename) {
  try {
    await preparePackages()
    await check(await preparePython(() => installPython({ dev: true })))
  } catch (error) {
    fail(error)
  }
}
