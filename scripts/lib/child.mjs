import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { root } from './paths.mjs'
import { sleep } from './process.mjs'

/** A long-lived child process: its output goes to a log file, and it is started again when it ends by itself. */
export class Child {
  #args
  #cwd
  #env
  #log
  #exits = 0
  #stopping = false
  /** @type {Promise<unknown>} */
  #exited = Promise.resolve()

  /**
   * @param {string} name
   * @param {string[]} args of Node
   * @param {{ cwd?: string, env: NodeJS.ProcessEnv, logs: string }} options `logs` is a folder
   */
  constructor(name, args, { cwd = root, env, logs }) {
    this.name = name
    this.#args = args
    this.#cwd = cwd
    this.#env = env
    this.logFile = join(logs, `${name}.log`)
    this.#log = createWriteStream(this.logFile, { flags: 'a' })
    this.process = this.#start()
  }

  #start() {
    const child = spawn(process.execPath, this.#args, {
      cwd: this.#cwd,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // its own group: a Ctrl-C reaches it only through us, in order
    })
    child.stdout.pipe(this.#log, { end: false })
    child.stderr.pipe(this.#log, { end: false })
    this.#exited = new Promise((resolve) => child.once('exit', resolve))
    void this.#exited.then(() => this.#restart())
    return child
  }

  async #restart() {
    if (this.#stopping) return
    this.#exits += 1
    if (this.#exits > 5) {
      process.stderr.write(`${this.name} keeps stopping; see ${this.logFile}\n`)
      return
    }
    process.stderr.write(`${this.name} stopped by itself and is started again (see ${this.logFile})\n`)
    await sleep(500 * this.#exits)
    if (!this.#stopping) this.process = this.#start()
  }

  /** @throws {Stop} with the end of its log when the child keeps ending while it starts */
  check() {
    if (this.#exits < 3) return
    const log = readFileSync(this.logFile, 'utf8').slice(-2500)
    throw new Stop(`${this.name} does not start. The end of its log:\n${log}`)
  }

  /** SIGTERM first; after `graceMs` SIGKILL for what is left of its process group. */
  async stop(graceMs = 10_000) {
    this.#stopping = true
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.#signal('SIGTERM')
      await Promise.race([this.#exited, sleep(graceMs)])
    }
    this.#signal('SIGKILL')
    this.#log.end()
  }

  /** @param {NodeJS.Signals} name */
  #signal(name) {
    try {
      if (this.process.pid) process.kill(-this.process.pid, name)
    } catch {
      // It has ended already.
    }
  }
}
