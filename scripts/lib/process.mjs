import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { Stop } from './console.mjs'

/** A command that ended with an error: its sentence, and all that it printed. */
export class CommandError extends Stop {
  /** @param {string} message @param {string} output */
  constructor(message, output) {
    super(message)
    this.output = output
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {boolean} [show] print the output as it comes
 * @property {number} [timeoutMs]
 */

/**
 * Runs a command to its end without a shell. Its output is kept, and shown only when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} the end of its output
 */
export function run(command, args, { cwd, env, show = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const timer = timeoutMs ? setTimeout(() => child.kill('SIGTERM'), timeoutMs) : undefined
    child.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      clearTimeout(timer)
      reject(error.code === 'ENOENT' ? new Stop(`${command} was not found on this machine.`) : error)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      if (code === 0) return resolve(output)
      const message = `${command} ${args.join(' ')} ended with ${code}.\n${output.slice(-4000)}`
      reject(new CommandError(message, output))
    })
  })
}

/** @returns {Promise<number>} a port of this machine that no program listens at */
export async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} whether a program already listens there
 */
export async function portTaken(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, () => server.close(() => resolve(false)))
  })
}

/** @param {number} ms @returns {Promise<void>} */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Waits until `check` is true.
 *
 * @param {string} what the subject of the error's sentence
 * @param {() => Promise<boolean>} check
 * @param {{ timeoutMs?: number, alive?: () => void }} [options] `alive` may end the wait early with an error
 */
export async function waitFor(what, check, { timeoutMs = 60_000, alive } = {}) {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    alive?.()
    if (await check().catch(() => false)) return
    await sleep(150)
  }
  throw new Stop(`${what} did not become ready within ${timeoutMs / 1000} s.`)
}
