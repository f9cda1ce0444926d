import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { limits } from './limits.mjs'
import { LogFile } from './log-file.mjs'
import { root } from './paths.mjs'
import { sleep } from './process.mjs'
import { describeDeath, findLastLine, planRestart } from './restart.mjs'

/**
 * @typedef {object} Program
 * @property {string} title for sentences: "The hub"
 * @property {string} [command] Node where it is left out
 * @property {string[]} args
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} env added to this process's environment
 * @property {RegExp} [readyLine] the line by which it says that it works
 * @property {NodeJS.Signals} [stopSignal]
 * @property {{ uid: number, gid: number } | {}} [user] as whom it runs
 * @property {() => Promise<void>} [prepare] called before each start, to clear what a crash left
 */

/**
 * @typedef {object} Supervision
 * @property {string} logs a folder
 * @property {import('./restart.mjs').RestartPolicy} [policy]
 * @property {(sentence: string) => void} [say] what a person should know
 */

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** Deaths without a sign of work after which a first start counts as failed. */
const deathsAtStart = 3
/** What a process wrote last may arrive after its end; a grandchild may hold its pipe open for long. */
const lastWordsMs = 300

/**
 * A long-lived child process, supervised: its output goes to a log of limited size, and whenever it ends by itself it is
 * started again, after a wait that grows while it does not stay up (`restart.mjs`).
 */
export class Child {
  /** The running process. @type {ChildProcess | null} */
  process = null
  #program
  #policy
  #say
  #log
  /** @type {number[]} */
  #deaths = []
  #deathsSinceReady = 0
  #wanted = false
  #isUp = false
  #isSaid = false
  /** Why it could not even be started. */
  #failure = ''
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /**
   * @param {string} name of its log file
   * @param {Program} program
   * @param {Supervision} supervision
   */
  constructor(name, program, { logs, policy = limits.restart, say = print }) {
    this.name = name
    this.logFile = join(logs, `${name}.log`)
    this.#program = program
    this.#policy = policy
    this.#say = say
    this.#log = new LogFile(this.logFile, limits.log)
  }

  start() {
    this.#wanted = true
    void this.#start()
    return this
  }

  /** Whether it has said that it works since it was started last. */
  get isUp() {
    return this.#isUp
  }

  async #start() {
    try {
      await this.#program.prepare?.()
      if (this.#wanted) await this.#spawn()
    } catch (error) {
      this.process = null
      this.#failure = error instanceof Error ? error.message : String(error)
      this.#onEnd(null, null)
    }
  }

  async #spawn() {
    const { command = process.execPath, args, cwd = root, env, user } = this.#program
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // its own group: a Ctrl-C reaches it only through us, in order
      ...user,
    })
    this.process = child
    this.#log.recent = []
    this.#log.take(child.stdout, (line) => this.#read(line))
    this.#log.take(child.stderr, (line) => this.#read(line))
    await once(child, 'spawn')
    child.on('error', () => undefined) // a signal that could not be sent
    child.once('exit', async (code, signal) => {
      await Promise.race([once(child, 'close'), sleep(lastWordsMs)])
      if (this.process !== child) return // stopped meanwhile, and perhaps started again
      this.process = null
      this.#onEnd(code, signal)
    })
  }

  /** @param {string} line */
  #read(line) {
    if (this.#isUp || !this.#program.readyLine?.test(line)) return
    this.#isUp = true
    if (this.#deathsSinceReady > 0) this.#say(`${this.#program.title} works again.`)
    this.#deathsSinceReady = 0
    this.#isSaid = false
  }

  /** @param {number | null} code @param {NodeJS.Signals | null} signal */
  #onEnd(code, signal) {
    this.#isUp = false
    if (!this.#wanted) return
    const plan = planRestart(this.#deaths, Date.now(), this.#policy)
    const lastLine = this.#failure || findLastLine(this.#log.recent, signal === null)
    const { logFile } = this
    const death = { name: this.#program.title, code, signal, lastLine, logFile }
    this.#deaths = plan.deaths
    this.#deathsSinceReady += 1
    this.#failure = ''
    // A part that does not stay up would fill the terminal with the same sentence: it is said once.
    if (!(plan.isUsedUp && this.#isSaid)) this.#say(describeDeath(death, plan, this.#policy))
    this.#isSaid = plan.isUsedUp
    this.#timer = setTimeout(() => void this.#start(), plan.delayMs)
  }

  /** @throws {Stop} with the end of its log when it keeps ending while it starts for the first time */
  check() {
    if (this.#deathsSinceReady < deathsAtStart) return
    const log = this.#log.recent.join('\n').slice(-2500)
    throw new Stop(`${this.#program.title} does not start. The end of its log:\n${log}`)
  }

  /** SIGTERM first, or what the program asks for; after `graceMs` SIGKILL for what is left of its process group. */
  async stop(graceMs = 10_000) {
    this.#wanted = false
    clearTimeout(this.#timer)
    const child = this.process
    if (child && child.exitCode === null && child.signalCode === null) {
      signalGroup(child, this.#program.stopSignal ?? 'SIGTERM')
      await Promise.race([once(child, 'exit'), sleep(graceMs)])
    }
    if (child) signalGroup(child, 'SIGKILL')
    this.process = null
    this.#isUp = false
    this.#log.end()
  }
}

/** @param {ChildProcess} child @param {NodeJS.Signals} name */
function signalGroup({ pid }, name) {
  try {
    if (pid) process.kill(-pid, name)
  } catch {
    // It has ended already.
  }
}

/** @param {string} sentence */
const print = (sentence) => void process.stderr.write(`${sentence}\n`)
