import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Child } from './child.mjs'
import { Stop } from './console.mjs'
import { initCluster, serverEnvironment } from './postgres-init.mjs'
import { clearLeftovers, runningServer } from './postgres-leftovers.mjs'
import { findPrograms } from './postgres-programs.mjs'
import { appPassword, appRole, prepareRoles } from './postgres-roles.mjs'
import { isRoot, makePassable, serverUser, systemFolder } from './postgres-user.mjs'
import { freePort, waitFor } from './process.mjs'

/**
 * @typedef {object} Postgres
 * @property {string} url of the owner, for migrations
 * @property {string} appUrl of the role as which web and hub connect
 * @property {Child} child
 * @property {() => Promise<void>} stop
 */

/** After a crash the server replays its log before it answers: as long as its process lives, it is waited for. */
const recoveryMs = 30 * 60_000
const stopMs = 60_000

/**
 * As root the server runs as a user of its own, who must be able to reach its folder: inside a closed home folder the
 * database gets a folder elsewhere.
 *
 * @param {string} home
 */
export function databaseFolder(home) {
  const inHome = join(home, 'postgres')
  if (!isRoot()) return inHome
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0)
      return join(systemFolder, createHash('sha256').update(home).digest('hex').slice(0, 12), 'postgres')
  }
  return inHome
}

/** @param {string} folder */
export const serverRuns = (folder) => runningServer(folder) !== null

/**
 * Starts PostgreSQL in the data folder, and starts it again whenever it ends: at the same port, so that the others find
 * it again.
 *
 * @param {string} home
 * @param {{ databasePassword: string }} settings
 * @param {Partial<import('./child.mjs').Supervision>} [supervision] its log is in `logs` of the data folder by default
 * @returns {Promise<Postgres>}
 */
export async function startPostgres(home, { databasePassword: password }, supervision = {}) {
  const { logs = join(home, 'logs'), ...others } = supervision
  const databaseDir = databaseFolder(home)
  if (isRoot()) makePassable(dirname(databaseDir))
  mkdirSync(logs, { recursive: true })
  const port = await freePort()
  if (!existsSync(join(databaseDir, 'PG_VERSION'))) await makeCluster(databaseDir, password)
  const child = new Child('postgres', serverProgram(databaseDir, port), { logs, ...others })
  const stop = () => child.stop(stopMs)
  try {
    child.start()
    await waitFor('PostgreSQL', async () => child.isUp, { timeoutMs: recoveryMs, alive: () => child.check() })
    await prepareDatabase(port, password)
  } catch (error) {
    await stop()
    throw error
  }
  const at = `127.0.0.1:${port}/palate`
  return {
    url: `postgres://palate:${password}@${at}`,
    appUrl: `postgres://${appRole}:${appPassword(password)}@${at}`,
    child,
    stop,
  }
}

/** @param {string} databaseDir @param {number} port @returns {import('./child.mjs').Program} */
function serverProgram(databaseDir, port) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // no socket file: its place would be /tmp, open to every user of the machine
    password_encryption: 'scram-sha-256',
    max_connections: '120',
    // Errors of statements are logged by who asked; their values do not belong into a second log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return {
    title: 'PostgreSQL',
    command: findPrograms().postgres,
    args: ['-D', databaseDir, '-p', String(port), ...flags],
    cwd: '/', // its user may not be able to reach ours
    env: serverEnvironment,
    readyLine: /ready to accept connections/,
    stopSignal: 'SIGINT', // a fast shutdown: connections are closed, nothing has to be recovered
    user: serverUser() ?? {},
    prepare: () => clearLeftovers(databaseDir),
  }
}

/**
 * The folder gets its name when the cluster is whole: a first start that is killed in the middle leaves no half of one.
 *
 * @param {string} databaseDir
 * @param {string} password
 */
async function makeCluster(databaseDir, password) {
  const unfinished = `${databaseDir}.new`
  for (const folder of [unfinished, databaseDir]) rmSync(folder, { recursive: true, force: true })
  await initCluster(unfinished, { owner: 'palate', password })
  renameSync(unfinished, databaseDir)
}

/** The database and its roles. @param {number} port @param {string} password */
async function prepareDatabase(port, password) {
  const { default: pg } = await import('pg') // here: this module is read before npm packages are installed
  await withClient('postgres', async (client) => {
    const { rowCount } = await client.query("select from pg_database where datname = 'palate'")
    if (!rowCount) await client.query('create database palate')
  })
  await withClient('palate', (client) => prepareRoles(client, password))

  /** @param {string} database @param {(client: import('pg').Client) => Promise<void>} work */
  async function withClient(database, work) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'palate', password, database, ssl: false })
    try {
      await client.connect()
      await work(client)
    } catch (error) {
      throw new Stop(`PostgreSQL could not be set up: ${error instanceof Error ? error.message : error}`)
    } finally {
      await client.end()
    }
  }
}
