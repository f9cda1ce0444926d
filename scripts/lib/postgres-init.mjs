// Makes the data folder of a new PostgreSQL.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { findPrograms } from './postgres-programs.mjs'
import { makePassable, serverUser } from './postgres-user.mjs'

/**
 * Text sorts and matches alike on every machine, messages are in English and times in UTC, whatever the locale and the
 * time zone are; the folder and the file of the password are closed, whatever the umask is.
 *
 * @param {string} databaseDir does not exist yet, or is empty
 * @param {{ owner: string, password: string }} options
 * @throws Error with what initdb wrote
 */
export async function initCluster(databaseDir, { owner, password }) {
  const user = serverUser()
  if (user) makePassable(dirname(databaseDir))
  const passwordFile = `${databaseDir}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(databaseDir, { recursive: true, mode: 0o700 })
    chmodSync(databaseDir, 0o700)
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' })
    if (user) for (const path of [databaseDir, passwordFile]) chownSync(path, user.uid, user.gid)
    await runAs(user, findPrograms().initdb, [
      ...[`--pgdata=${databaseDir}`, `--username=${owner}`, `--pwfile=${passwordFile}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    ])
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/**
 * @param {import('./postgres-user.mjs').User | null} user
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function runAs(user, program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...user,
      cwd: '/', // its user may not be able to reach ours
      env: { ...process.env, ...serverEnvironment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk
      })
    child.once('error', reject)
    child.once('close', (code, signal) =>
      code === 0
        ? resolve()
        : reject(new Error(`initdb ended with ${signal ?? code}: ${output.slice(-2000)}`)),
    )
  })
}

/** Of a server and its set-up. */
export const serverEnvironment = { LC_ALL: 'C', LC_MESSAGES: 'C', TZ: 'UTC' }
