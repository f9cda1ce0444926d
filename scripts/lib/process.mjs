import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { Stop } from './console.mjs'

/** Runs a command to its end without a shell. Its output is kept and shown only when it fails (or as it comes with `show`). */
export function run(command, args, { cwd, env, show = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const timer = timeoutMs ? setTimeout(() => child.kill('SIGTERM'), timeoutMs) : null
    child.once('error', (error) => {
      if (timer) clearTimeout(timer)
      reject(error.code === 'ENOENT' ? new Stop(`${command} was not found on this machine.`) : error)
    })
    child.once('close', (code) => {
      if (timer) clearTimeout(timer)
      if (code === 0) resolve(output)
      else
        reject(
          Object.assign(
            new Stop(`${command} ${args.join(' ')} ended with ${code}.\n${output.slice(-4000)}`),
            { output },
          ),
        )
    })
  })
}

export async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** @returns whether a program already listens there */
export async function portTaken(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, () => server.close(() => resolve(false)))
  })
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until `check` is true; `alive` may end the wait early with an error. */
export async function waitFor(what, check, { timeoutMs = 60_000, alive } = {}) {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    alive?.()
    if (await check().catch(() => false)) return
    await sleep(150)
  }
  throw new Stop(`${what} did not become ready within ${timeoutMs / 1000} s.`)
}
