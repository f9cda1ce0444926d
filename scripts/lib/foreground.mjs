import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * Runs a TypeScript program with this terminal as its own. Ctrl-C is passed on, so that it can clean up.
 *
 * @param {string} entry relative to the root
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env added to this process's environment
 * @returns {Promise<number>} its exit code
 */
export function runForeground(entry, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, entry), ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
      process.on(signal, () => child.kill(signal))
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
