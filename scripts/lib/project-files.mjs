import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * The files of the project as Git sees them: tracked ones and new ones that are not ignored.
 *
 * @param {string[]} folders all of them when empty
 * @returns {string[]} paths relative to the root
 */
export function projectFiles(folders = []) {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...folders], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return listed.split('\n').filter((file) => file && existsSync(join(root, file)))
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
