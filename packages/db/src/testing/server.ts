import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initCluster, serverEnvironment } from '../../../../scripts/lib/postgres-init.mjs'
import { findPrograms } from '../../../../scripts/lib/postgres-programs.mjs'
import { serverUser } from '../../../../scripts/lib/postgres-user.mjs'
import { freePort } from '../../../../scripts/lib/process.mjs'

export { freePort }

const settings = [
  'fsync=off',
  'max_connections=300',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
]

/** A PostgreSQL in a temporary folder, for tests and benchmarks. `DATABASE_URL_TEST` names one that runs already. */
export async function startTestServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.DATABASE_URL_TEST
  if (given) return { url: given, stop: async () => undefined }
  const directory = await mkdtemp(join(tmpdir(), 'palate-pg-'))
  await chmod(directory, 0o711) // as root the server runs as another user, who passes through
  const databaseDir = join(directory, 'data')
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  await initCluster(databaseDir, { owner: 'palate', password })
  const flags = settings.flatMap((setting) => ['-c', setting])
  const server = spawn(findPrograms().postgres, ['-D', databaseDir, '-p', String(port), ...flags], {
    ...serverUser(),
    cwd: '/',
    env: { ...process.env, ...serverEnvironment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const end = () => void server.kill('SIGINT')
  process.once('exit', end)
  await untilReady(server)
  return {
    url: `postgres://palate:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      process.off('exit', end)
      const exited = once(server, 'exit')
      end()
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Its log is read to the end, so that the server never waits for a reader. */
function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stderr?.on('data', (chunk) => {
      log = `${log}${chunk}`.slice(-4000)
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
}
