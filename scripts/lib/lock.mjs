import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from './process.mjs'

/**
 * Runs `work` while no other process does the same for this folder: two checkouts may set up at the same time, and the
 * second waits for the first.
 *
 * @template Result
 * @param {string} folder
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(folder, work) {
  mkdirSync(join(folder, '..'), { recursive: true })
  const lock = `${folder}.lock`
  while (!take(lock)) {
    const owner = ownerOf(lock)
    if (owner && !isAlive(owner)) rmSync(lock, { force: true })
    else await sleep(500)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** @param {string} lock @returns {boolean} false while another process holds it */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} lock @returns {number} the process that holds it; 0 when it was just released */
function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8').trim() || 0)
  } catch {
    return 0
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, as another user, with whom the folder is shared.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
