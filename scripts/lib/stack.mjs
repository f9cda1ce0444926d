// The whole house, as children of one process: PostgreSQL, hub, web, one local agent.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stop, step } from './console.mjs'
import { root } from './paths.mjs'
import { startPostgres } from './postgres.mjs'
import { freePort, portTaken, run, sleep, waitFor } from './process.mjs'

function readSettings(home) {
  const file = join(home, 'settings.json')
  mkdirSync(home, { recursive: true, mode: 0o755 })
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const settings = {
    secret: randomBytes(32).toString('hex'),
    databasePassword: randomBytes(16).toString('hex'),
  }
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  return settings
}

const tsx = (entry) => ['--import', 'tsx', '--conditions=node', join(root, entry)]

/** A long-lived child: its output in a log file, started again when it dies by itself. */
class Child {
  constructor(name, args, { cwd = root, env, logs }) {
    Object.assign(this, { name, args, cwd, env, deaths: 0, stopping: false })
    this.logFile = join(logs, `${name}.log`)
    this.log = createWriteStream(this.logFile, { flags: 'a' })
    this.start()
  }

  start() {
    this.process = spawn(process.execPath, this.args, {
      cwd: this.cwd,
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // its own group: a Ctrl-C reaches it only through us, in order
    })
    this.process.stdout.pipe(this.log, { end: false })
    this.process.stderr.pipe(this.log, { end: false })
    this.exited = new Promise((resolve) => this.process.once('exit', resolve))
    void this.exited.then(() => this.revive())
  }

  async revive() {
    if (this.stopping) return
    this.deaths += 1
    if (this.deaths > 5) return process.stderr.write(`${this.name} keeps stopping; see ${this.logFile}\n`)
    process.stderr.write(`${this.name} stopped by itself and is started again (see ${this.logFile})\n`)
    await sleep(500 * this.deaths)
    if (!this.stopping) this.start()
  }

  /** Throws while the child is dying at its start, with the end of its log. */
  check() {
    if (this.deaths < 3) return
    throw new Stop(
      `${this.name} does not start. The end of its log:\n${readFileSync(this.logFile, 'utf8').slice(-2500)}`,
    )
  }

  async stop(graceMs = 10_000) {
    this.stopping = true
    const signal = (name) => {
      try {
        process.kill(-this.process.pid, name)
      } catch {
        // gone already
      }
    }
    if (this.process.exitCode === null && this.process.signalCode === null) {
      signal('SIGTERM')
      await Promise.race([this.exited, sleep(graceMs)])
    }
    signal('SIGKILL') // whatever of its group is left
    this.log.end()
  }
}

/**
 * Starts everything and waits until a page can be served.
 * @param python the trainer's interpreter
 * @param dist the web app's build, from `buildWeb`
 * @param onBoot told at once who may sign in, so that a first password is not lost when a later step fails
 * @param apiKey also make an API key for the owner (for `npm run loop` and the browser tests)
 * @returns {Promise<{ origin: string, boot: Record<string, string>, env: Record<string, string>, children: Record<string, Child>, stop: () => Promise<void>, logs: string }>}
 */
export async function startStack({
  home,
  port,
  python,
  dist,
  apiKey = false,
  agentEnv = {},
  onBoot = undefined,
}) {
  if (await portTaken(port))
    throw new Stop(
      `Port ${port} is taken by another program. Stop it, or start Palate elsewhere: PALATE_PORT=${port + 100} npm start`,
    )
  const settings = readSettings(home)
  const logs = join(home, 'logs')
  mkdirSync(logs, { recursive: true })
  const children = []
  let postgres = null
  const stop = async () => {
    for (const child of [...children].reverse()) await child.stop()
    await postgres?.stop()
  }
  try {
    await step('PostgreSQL', async () => {
      if (process.env.DATABASE_URL) return 'DATABASE_URL'
      postgres = await startPostgres(home, settings)
    })
    const origin = process.env.PALATE_ORIGIN ?? `http://localhost:${port}`
    const hubPort = await freePort()
    const env = {
      DATABASE_URL: process.env.DATABASE_URL ?? postgres.url,
      PALATE_SECRET: process.env.PALATE_SECRET ?? settings.secret,
      PALATE_ORIGIN: origin,
      PALATE_STORAGE: join(home, 'objects'),
      HUB_HOST: '127.0.0.1',
      HUB_PORT: String(hubPort),
      HUB_URL: `http://127.0.0.1:${hubPort}`,
      NEXTAUTH_URL: origin,
      NEXTAUTH_SECRET: process.env.PALATE_SECRET ?? settings.secret,
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: 'production',
    }
    let boot
    await step('Tables and demo workspace', async () => {
      const args = [...tsx('apps/hub/src/bootstrap.ts')]
      if (apiKey) args.push('--api-key')
      if (!existsSync(join(home, 'agent/credential.json'))) args.push('--enroll')
      const output = await run(process.execPath, args, { cwd: root, env })
      boot = JSON.parse(output.trim().split('\n').at(-1))
      onBoot?.(boot)
    })
    const handles = {}
    const add = (name, args, options) => {
      handles[name] = new Child(name, args, { ...options, logs })
      children.push(handles[name])
    }
    await step('Hub, web and local agent', async () => {
      add('hub', tsx('apps/hub/src/main.ts'), { env })
      add('web', [join(root, 'apps/web/server.mjs'), '--port', String(port), '--hub', env.HUB_URL], {
        cwd: join(root, 'apps/web'),
        env: { ...env, PALATE_WEB_DIST: dist },
      })
      add('agent', tsx('gpu-agent/src/main.ts'), {
        env: {
          PALATE_HUB_URL: env.HUB_URL,
          PALATE_AGENT_HOME: join(home, 'agent'),
          PALATE_AGENT_NAME: 'local',
          PALATE_PYTHON: python,
          ...(boot.enrollmentCode ? { PALATE_ENROLLMENT_CODE: boot.enrollmentCode } : {}),
          ...agentEnv,
        },
      })
      const alive = () => {
        for (const child of children) child.check()
      }
      const answers = async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).ok
      await waitFor('The hub', () => answers('/files/health'), { timeoutMs: 90_000, alive })
      await waitFor('The web app', () => answers('/sign-in'), { timeoutMs: 90_000, alive })
    })
    postgres?.leaveSignals()
    return { origin: `http://localhost:${port}`, boot, env, children: handles, stop, logs }
  } catch (error) {
    await stop()
    throw error
  }
}
