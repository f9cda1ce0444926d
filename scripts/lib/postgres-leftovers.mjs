// What a PostgreSQL that was killed leaves behind, and what of it stops the next one from starting.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { sleep } from './process.mjs'

/** A fast shutdown writes a checkpoint first. */
const stopMs = 60_000
/** A server process whose postmaster died ends at its next step; one amid a long statement does not. */
const orphansMs = 5000

/** @param {string} folder @returns {number | null} the process that serves this folder */
export function runningServer(folder) {
  const pid = pidInFile(folder)
  return pid !== null && serves(pid, folder) ? pid : null
}

/** @param {string} folder */
function pidInFile(folder) {
  const file = join(folder, 'postmaster.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : Number.NaN
  return Number.isInteger(pid) && pid > 0 ? pid : null
}

/** Whether a process is the server of this folder, and not one that got its number after it ended. @param {number} pid @param {string} folder */
function serves(pid, folder) {
  const command = commandOf(pid)
  return /postgres/.test(command) && command.includes(folder)
}

/** @param {number} pid @returns {string} '' when there is no such process */
function commandOf(pid) {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** @param {string} folder @returns {number[]} the processes that work in this folder; none where there is no /proc */
function processesIn(folder) {
  if (!existsSync('/proc/self/cwd')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && linkOf(`/proc/${name}/cwd`) === folder)
    .map(Number)
}

/** @param {string} path */
function linkOf(path) {
  try {
    return readlinkSync(path)
  } catch {
    return null // it has ended, or belongs to somebody else
  }
}

/**
 * Makes a folder free for a new server: an old one is stopped, its orphans ended, and a lock file removed that names a
 * process of another program. A lock file whose process is gone is left to PostgreSQL, which checks more than that.
 *
 * @param {string} folder
 * @throws {Stop} when an old server does not stop
 */
export async function clearLeftovers(folder) {
  const pid = runningServer(folder)
  if (pid !== null) {
    process.kill(pid, 'SIGINT')
    if (!(await until(() => runningServer(folder) === null, stopMs)))
      throw new Stop(`A PostgreSQL (process ${pid}) still uses ${folder}. Stop it and start again.`)
  }
  if (!(await until(() => processesIn(folder).length === 0, orphansMs)))
    for (const orphan of processesIn(folder)) end(orphan)
  const named = pidInFile(folder)
  if (named !== null && commandOf(named) !== '' && !serves(named, folder))
    rmSync(join(folder, 'postmaster.pid'), { force: true })
}

/** @param {number} pid */
function end(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** @param {() => boolean} check @param {number} timeoutMs */
async function until(check, timeoutMs) {
  for (const end = Date.now() + timeoutMs; !check(); await sleep(50)) if (Date.now() > end) return false
  return true
}
