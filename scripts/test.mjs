// `npm test`: every check and every test, from a fresh checkout. `npm test -- unit` runs one part; `npm test -- nightly`
// adds the long tests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check.mjs'
import { bold, fail, faint, Stop, step } from './lib/console.mjs'
import { root, trainer } from './lib/paths.mjs'
import { preparePackages, preparePython, prepareWeb } from './lib/prepare.mjs'
import { CommandError, run } from './lib/process.mjs'
import { installPython } from './lib/python.mjs'
import { findChromium } from './lib/test-programs.mjs'

const asked = process.argv.slice(2)
const nightly = asked.includes('nightly')
const only = asked.filter((part) => part !== 'nightly')
const parts = ['check', 'unit', 'chaos', 'browser']
/** @param {string} part */
const wants = (part) => only.length === 0 || only.includes(part)
const totals = { passed: 0, failed: 0, skipped: 0 }
const reports = mkdtempSync(join(tmpdir(), 'palate-reports-'))
const started = Date.now()

/** @param {{ passed?: number, failed?: number, skipped?: number }} tests @returns {string} a note */
function count({ passed = 0, failed = 0, skipped = 0 }) {
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
  return `${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''}`
}

/**
 * Runs a test command; a failure is reported at the end, so that one run shows all failures.
 *
 * @param {string} name
 * @param {() => Promise<string>} work
 */
async function suite(name, work) {
  try {
    await step(name, work)
  } catch (error) {
    if (totals.failed === 0) totals.failed += 1
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  }
}

/**
 * @typedef {object} VitestReport
 * @property {boolean} success
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {{ status: string, name: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[]} testResults
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Error | null>} why it failed
 */
async function failureOf(command, args, env) {
  try {
    await run(join(root, 'node_modules/.bin', command), args, { cwd: root, env })
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** @param {string} python */
async function vitest(python) {
  const file = join(reports, 'vitest.json')
  const failure = await failureOf(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile=${file}`],
    { PALATE_PYTHON: python, ...(nightly ? { PALATE_NIGHTLY: 'yes' } : {}) },
  )
  /** @type {VitestReport} */
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const note = count({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
  })
  // The exit code alone is not to be trusted: an exit hook of the embedded database sets its own.
  if (failure ?? !report.success)
    throw new Stop(`${note}\n${failedTests(report)}\n${failure?.message.slice(-2000) ?? ''}`)
  return note
}

/** @param {VitestReport} report */
function failedTests(report) {
  return report.testResults
    .filter(({ status }) => status !== 'passed')
    .flatMap(({ name, message, assertionResults }) => [
      `${name}: ${message}`,
      ...assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `  ${fullName}\n${failureMessages.join('\n')}`),
    ])
    .join('\n')
}

/** @param {string} python */
async function pytest(python) {
  // Two processes of one thread each: small models gain little from a second thread.
  const options = ['-q', '-rs', '-n', '2', '--dist', 'loadgroup', ...(nightly ? ['-m', ''] : [])]
  const output = await run(python, ['-m', 'pytest', ...options, 'tests'], {
    cwd: trainer,
    env: { OMP_NUM_THREADS: '1' },
  }).catch((error) => {
    count(readPytest(error instanceof CommandError ? error.output : ''))
    throw error
  })
  return count(readPytest(output))
}

/**
 * A short schedule of `npm run chaos`: each process is killed once, and the network is cut and slow.
 *
 * @param {string} python
 */
async function chaos(python) {
  const script = join(root, 'e2e/chaos/main.ts')
  const options = ['--seeds', '268', '--faults', '6', '--steps', '150', '--at-once', '1']
  const output = await run(process.execPath, ['--import', 'tsx', script, ...options], {
    cwd: root,
    env: { PALATE_PYTHON: python },
  })
  const [{ faults, expected, stored }] = JSON.parse(output.trim().split('\n').at(-1) ?? '').seeds
  return `${count({ passed: 1 })}: ${faults} faults, ${stored} of ${expected} points stored`
}

/** @param {string} output */
function readPytest(output) {
  /** @param {string} word */
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0)
  return { passed: number('passed'), failed: number('failed') + number('error'), skipped: number('skipped') }
}

/** @param {string} python @param {string} dist */
async function browser(python, dist) {
  const chromium = await findChromium()
  const file = join(reports, 'playwright.json')
  const failure = await failureOf('playwright', ['test', '--config', 'e2e/playwright.config.ts'], {
    PALATE_CHROMIUM: chromium,
    PALATE_PYTHON: python,
    PALATE_WEB_DIST: dist,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    ...(nightly ? { PALATE_NIGHTLY: 'yes' } : {}),
  })
  const { stats } = JSON.parse(readFileSync(file, 'utf8'))
  const note = count({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  })
  if (failure) throw failure
  return note
}

try {
  process.stdout.write(`\n${bold('Palate: checks and tests')}\n\n`)
  const unknown = only.filter((part) => !parts.includes(part))
  if (unknown.length > 0)
    throw new Stop(
      `There is no part named ${unknown.join(', ')}. Choose from: ${parts.join(', ')}; add nightly for the long tests.`,
    )
  await preparePackages()
  const python = await preparePython(() => installPython({ dev: true }))
  if (wants('check')) await check(python)
  if (wants('unit')) {
    await suite('TypeScript tests', () => vitest(python))
    await suite('Python tests', () => pytest(python))
  }
  if (wants('chaos')) await suite('Chaos, a short schedule', () => chaos(python))
  if (wants('browser')) {
    const dist = await prepareWeb()
    await suite('Browser walk through the nine stations', () => browser(python, dist))
  }
  process.stdout.write(`\n  ${faint(`${((Date.now() - started) / 60_000).toFixed(1)} min`)}\n`)
  if (totals.failed > 0) throw new Stop('Some tests failed; see above which.')
} catch (error) {
  fail(error)
} finally {
  rmSync(reports, { recursive: true, force: true })
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
  process.exit(process.exitCode ?? 0)
}
