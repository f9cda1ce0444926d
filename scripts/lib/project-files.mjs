import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { root } from './paths.mjs'

/**
 * The files of the project as Git sees them: tracked ones and new ones that are not ignored.
 *
 * @param {string[]} folders all of them when empty
 * @param {string} [checkout]
 * @returns {string[]} paths relative to the checkout
 * @throws {Stop} when there is no Git, or the folder is no checkout of it
 */
export function projectFiles(folders = [], checkout = root) {
  try {
    // With zeros between them: otherwise Git writes letters that are not ASCII as numbers.
    const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard', '--', ...folders], {
      cwd: checkout,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return listed.split('\0').filter((file) => file && existsSync(join(checkout, file)))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Stop(`The checks need Git and a checkout of it: ${reason}`)
  }
}

/** @param {string} file relative to the root */
export const readProjectFile = (file) => readFileSync(join(root, file), 'utf8')

/**
 * The end of a guard that was started by hand: prints what it found and sets the exit code.
 *
 * @param {string[]} findings
 */
export function reportFindings(findings) {
  process.stdout.write([...findings, `${findings.length} findings`, ''].join('\n'))
  process.exitCode = findings.length > 0 ? 1 : 0
}
