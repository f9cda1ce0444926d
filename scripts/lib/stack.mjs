// A whole Palate, as children of one process: PostgreSQL, hub, web, one local agent.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressesOf } from './address.mjs'
import { Child } from './child.mjs'
import { Stop, step } from './console.mjs'
import { readVariable, requireVariable } from './env.mjs'
import { memoryArgs, memoryEnv } from './memory.mjs'
import { root } from './paths.mjs'
import { startPostgres } from './postgres.mjs'
import { isRoot, makePassable } from './postgres-user.mjs'
import { freePort, portTaken, run, waitFor } from './process.mjs'

/**
 * Who may sign in, and what the bootstrap made: `ownerPassword` only at the first start, `apiKey` and `enrollmentCode`
 * where they were asked for.
 *
 * @typedef {{ ownerEmail: string, ownerPassword: string | null, apiKey: string | null, enrollmentCode: string | null }} Boot
 */

/** @typedef {Record<'hub' | 'web' | 'agent', Child> & { postgres?: Child }} Children `postgres` without DATABASE_URL */

/**
 * @typedef {object} Stack
 * @property {string} origin
 * @property {Boot} boot
 * @property {NodeJS.ProcessEnv} env of hub and web
 * @property {Children} children
 * @property {() => Promise<void>} stop
 * @property {string} logs a folder
 */

/**
 * @typedef {object} StackOptions
 * @property {string} home the data folder
 * @property {number} port of the one origin
 * @property {string} python the trainer's interpreter
 * @property {string} dist the web app's build, from `buildWeb`
 * @property {boolean} [apiKey] also make an API key for the owner (for `npm run loop` and the browser tests)
 * @property {NodeJS.ProcessEnv} [agentEnv]
 * @property {(stop: () => Promise<void>) => void} [onStarting] called first, with what stops the parts that run by then
 * @property {import('./restart.mjs').RestartPolicy} [policy] how parts that end are started again
 * @property {(boot: Boot) => void} [onBoot] called before the slow steps, so that a first password is not lost when
 * one of them fails
 */

/**
 * The secrets of an installation, made at its first start.
 *
 * @param {string} home
 * @returns {{ secret: string, databasePassword: string }}
 */
function readSettings(home) {
  const file = join(home, 'settings.json')
  // As root the database's user passes through it.
  if (isRoot()) makePassable(home)
  else mkdirSync(home, { recursive: true })
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const settings = {
    secret: randomBytes(32).toString('hex'),
    databasePassword: randomBytes(16).toString('hex'),
  }
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  return settings
}

/** @param {string} entry a TypeScript file @returns {string[]} */
const tsx = (entry) => ['--import', 'tsx', '--conditions=node', join(root, entry)]

/**
 * Starts everything and waits until a page can be served.
 *
 * @param {StackOptions} options
 * @returns {Promise<Stack>}
 */
export async function startStack(options) {
  const { home, port } = options
  if (await portTaken(port))
    throw new Stop(
      `Port ${port} is taken by another program. Stop it, or start Palate elsewhere: PALATE_PORT=${port + 100} npm start`,
    )
  process.umask(0o077) // all that is kept there is for this user alone: data, logs, credentials
  const settings = readSettings(home)
  const logs = join(home, 'logs')
  mkdirSync(logs, { recursive: true })
  /** @type {Partial<Children>} */
  const started = {}
  /** @type {import('./postgres.mjs').Postgres | undefined} */
  let postgres
  // The database comes last: the others still write to it while they stop.
  const stop = async () => {
    for (const child of [started.agent, started.web, started.hub]) await child?.stop()
    await postgres?.stop()
  }
  options.onStarting?.(stop)
  try {
    await step('PostgreSQL', async () => {
      if (readVariable('DATABASE_URL')) return 'DATABASE_URL'
      postgres = await startPostgres(home, settings, { logs, policy: options.policy })
      started.postgres = postgres.child
    })
    const databaseUrl = readVariable('DATABASE_URL') ?? postgres?.appUrl ?? ''
    const env = await stackEnv(home, port, databaseUrl, settings.secret)
    const boot = await bootstrap(options, { ...env, ...(postgres ? { DATABASE_URL: postgres.url } : {}) })
    const children = await startChildren(options, env, boot, logs, started)
    return {
      origin: addressesOf(requireVariable('PALATE_HOST'), port).origin,
      boot,
      env,
      children,
      stop,
      logs,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * @param {string} home
 * @param {number} port
 * @param {string} databaseUrl
 * @param {string} ownSecret
 */
async function stackEnv(home, port, databaseUrl, ownSecret) {
  const origin = readVariable('PALATE_ORIGIN') ?? addressesOf(requireVariable('PALATE_HOST'), port).origin
  const secret = readVariable('PALATE_SECRET') ?? ownSecret
  return {
    DATABASE_URL: databaseUrl,
    PALATE_SECRET: secret,
    PALATE_ORIGIN: origin,
    PALATE_STORAGE: join(home, 'objects'),
    HUB_HOST: '127.0.0.1',
    HUB_PORT: String(await freePort()),
    NEXTAUTH_URL: origin,
    NEXTAUTH_SECRET: secret,
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: /** @type {const} */ ('production'),
  }
}

/**
 * Tables and the demo workspace.
 *
 * @param {StackOptions} options
 * @param {NodeJS.ProcessEnv} env
 */
async function bootstrap({ home, apiKey = false, onBoot }, env) {
  /** @type {Boot} */
  let boot = { ownerEmail: '', ownerPassword: null, apiKey: null, enrollmentCode: null }
  await step('Tables and demo workspace', async () => {
    const args = tsx('apps/hub/src/bootstrap.ts')
    if (apiKey) args.push('--api-key')
    if (!existsSync(join(home, 'agent/credential.json'))) args.push('--enroll')
    const output = await run(process.execPath, args, { cwd: root, env })
    boot = JSON.parse(output.trim().split('\n').at(-1) ?? '')
    onBoot?.(boot)
  })
  return boot
}

/**
 * @param {StackOptions} options
 * @param {NodeJS.ProcessEnv} env
 * @param {Boot} boot
 * @param {string} logs
 * @param {Partial<Children>} started filled as they start, so that a failed start stops them too
 */
async function startChildren({ home, port, python, dist, policy, agentEnv = {} }, env, boot, logs, started) {
  const hubUrl = `http://127.0.0.1:${env.HUB_PORT}`
  const web = join(root, 'apps/web')
  const webArgs = [...memoryArgs, join(web, 'server.mjs'), '--port', String(port), '--hub', hubUrl]
  const webEnv = { ...env, ...memoryEnv, PALATE_WEB_DIST: dist }
  const localAgentEnv = {
    PALATE_HUB_URL: hubUrl,
    PALATE_AGENT_HOME: join(home, 'agent'),
    PALATE_AGENT_NAME: 'local',
    PALATE_PYTHON: python,
    ...(boot.enrollmentCode ? { PALATE_ENROLLMENT_CODE: boot.enrollmentCode } : {}),
    ...agentEnv,
  }
  const programs = {
    hub: {
      title: 'The hub',
      args: [...memoryArgs, ...tsx('apps/hub/src/main.ts')],
      env: { ...env, ...memoryEnv },
      readyLine: /the hub is listening/,
    },
    web: {
      title: 'The web app',
      args: webArgs,
      cwd: web,
      env: webEnv,
      readyLine: /the web app is listening/,
    },
    agent: {
      title: 'The local agent',
      args: tsx('gpu-agent/src/main.ts'),
      env: localAgentEnv,
      readyLine: /"msg":"connected"/,
    },
  }
  await step('Hub, web and local agent', async () => {
    for (const [name, program] of Object.entries(programs)) {
      started[/** @type {keyof typeof programs} */ (name)] = new Child(name, program, {
        logs,
        policy,
      }).start()
    }
    const alive = () => {
      for (const child of [started.hub, started.web, started.agent]) child?.check()
    }
    const { local } = addressesOf(requireVariable('PALATE_HOST'), port)
    /** @param {string} path */
    const answers = async (path) => (await fetch(`${local}${path}`)).ok
    await waitFor('The hub', () => answers('/files/health'), { timeoutMs: 90_000, alive })
    await waitFor('The web app', () => answers('/sign-in'), { timeoutMs: 90_000, alive })
  })
  const { postgres, hub, web: webChild, agent } = started
  if (!hub || !webChild || !agent) throw new Stop('A part of Palate did not start.')
  return { postgres, hub, web: webChild, agent }
}
