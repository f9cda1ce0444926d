import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stop } from './console.mjs'
import { appPassword, appRole } from './postgres-roles.mjs'
import { freePort, sleep } from './process.mjs'

/**
 * @typedef {object} Postgres
 * @property {string} url of the owner, for migrations
 * @property {string} appUrl of the role as which web and hub connect
 * @property {() => Promise<void>} stop
 */

const serverScript = fileURLToPath(new URL('postgres-server.mjs', import.meta.url))

/**
 * As root the server runs as a user of its own, who must be able to reach its folder: inside a closed home folder the
 * database gets a folder elsewhere.
 *
 * @param {string} home
 */
export function databaseFolder(home) {
  const inHome = join(home, 'postgres')
  if (process.getuid?.() !== 0) return inHome
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0)
      return join('/var/lib/palate', createHash('sha256').update(home).digest('hex').slice(0, 12), 'postgres')
  }
  return inHome
}

/** @param {string} folder @returns {number | null} the process that serves this folder */
function runningServer(folder) {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return null
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  try {
    process.kill(pid, 0)
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
    return name.startsWith('postgres') ? pid : null
  } catch {
    return null
  }
}

/** @param {string} folder */
export const serverRuns = (folder) => runningServer(folder) !== null

/**
 * A server that outlived a killed start still holds its folder: it must stop first.
 *
 * @param {string} folder
 */
async function stopLeftover(folder) {
  const pid = runningServer(folder)
  if (!pid) {
    rmSync(join(folder, 'postmaster.pid'), { force: true })
    return
  }
  process.kill(pid, 'SIGINT')
  for (let i = 0; i < 100 && runningServer(folder); i++) await sleep(100)
  if (runningServer(folder))
    throw new Stop(`A PostgreSQL (process ${pid}) still uses ${folder}. Stop it and start again.`)
}

/**
 * Starts PostgreSQL in the data folder.
 *
 * @param {string} home
 * @param {{ databasePassword: string }} settings
 * @returns {Promise<Postgres>}
 */
export async function startPostgres(home, settings) {
  const databaseDir = databaseFolder(home)
  mkdirSync(dirname(databaseDir), { recursive: true, mode: 0o755 })
  const fresh = !existsSync(join(databaseDir, 'PG_VERSION'))
  if (fresh) rmSync(databaseDir, { recursive: true, force: true })
  else await stopLeftover(databaseDir)
  const port = await freePort()
  const password = settings.databasePassword
  const child = spawn(process.execPath, [serverScript], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
  })
  const exited = once(child, 'exit')
  /** @type {import('./postgres-server.mjs').ServerOptions} */
  const options = { databaseDir, password, port, fresh }
  child.send(options)
  const report = await reportOf(child)
  if (!report.ready)
    throw new Stop(`PostgreSQL did not start in ${databaseDir}: ${report.reason}\n${report.log}`)
  return {
    url: `postgres://palate:${password}@127.0.0.1:${port}/palate`,
    appUrl: `postgres://${appRole}:${appPassword(password)}@127.0.0.1:${port}/palate`,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<import('./postgres-server.mjs').ServerReport>}
 */
const reportOf = (child) =>
  new Promise((resolve) => {
    child.once('message', (report) =>
      resolve(/** @type {import('./postgres-server.mjs').ServerReport} */ (report)),
    )
    child.once('exit', (code) => resolve({ ready: false, reason: `its process ended with ${code}`, log: '' }))
  })
