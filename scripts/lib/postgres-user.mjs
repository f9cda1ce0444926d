// As whom PostgreSQL runs, and what that user can reach. Only Node's built-ins here.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Stop } from './console.mjs'

/** @typedef {{ uid: number, gid: number }} User */

/** What belongs to the database's user, where Palate runs as root. */
export const systemFolder = '/var/lib/palate'

export const isRoot = () => process.getuid?.() === 0

/**
 * The user as whom PostgreSQL runs: as root, which it refuses, the user `postgres`, who is made where there is none.
 *
 * @returns {User | null} null: this process's own user
 */
export function serverUser() {
  if (!isRoot()) return null
  const user = findUser() ?? makeUser()
  if (user) return user
  throw new Stop(
    'PostgreSQL does not run as root, and its user "postgres" could not be made. Make it (useradd --system postgres), start Palate as another user, or set DATABASE_URL.',
  )
}

function makeUser() {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' })
  } catch {
    // What counts is whether the user is there now: another start may have made it.
  }
  return findUser()
}

/** @returns {User | null} */
function findUser() {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(
        execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      ),
    )
    return uid && gid ? { uid, gid } : null
  } catch {
    return null
  }
}

/** @param {string} path @returns {boolean} whether every user of the machine can come to it, if not read it */
export function reachable(path) {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    if ((statSync(folder).mode & 0o001) === 0) return false
  return true
}

/** Makes a folder that other users can pass through, whatever the umask is. @param {string} folder */
export function makePassable(folder) {
  const first = mkdirSync(folder, { recursive: true })
  // Only what was made here: the folders above it are not ours.
  for (let made = folder; first && made.startsWith(first); made = dirname(made)) chmodSync(made, 0o711)
}

/** Lets every user read a folder and all in it. @param {string} folder */
export function openForReading(folder) {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openForReading(path)
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}
