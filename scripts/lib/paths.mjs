import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readVariable, requireVariable } from './env.mjs'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const trainer = join(root, 'gpu-agent/trainer')
/** All data of one installation. */
export const homeFolder = resolve(root, requireVariable('PALATE_HOME'))
/** Shared by all checkouts of a person: the Python environments. */
export const cacheFolder = resolve(root, readVariable('PALATE_CACHE') ?? findCacheFolder())

/** Without a home folder that can be written (a container that runs as any user) the cache is in the data folder. */
function findCacheFolder() {
  try {
    const personal = homedir() && join(homedir(), '.cache/palate')
    if (personal && canWrite(personal)) return personal
  } catch {
    // The user has no home folder.
  }
  return join(homeFolder, 'cache')
}

/**
 * @param {string} path may not exist yet
 * @returns {boolean} whether a file or folder can be made or changed there
 */
export function canWrite(path) {
  let existing = resolve(path)
  while (!existsSync(existing) && existing !== dirname(existing)) existing = dirname(existing)
  try {
    accessSync(existing, constants.W_OK)
    return existing === resolve(path) || statSync(existing).isDirectory()
  } catch {
    return false
  }
}

const skipped = new Set([
  'node_modules',
  '.next',
  'next-env.d.ts',
  '__pycache__',
  '.turbo',
  'tests',
  '.mypy_cache',
  '.ruff_cache',
  '.pytest_cache',
])

/** @param {string} folder @returns {Generator<string, void>} the files in it, in the order of their names */
function* files(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (skipped.has(entry.name) || /^\.build-|\.test\.ts$/.test(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else yield path
  }
}

/**
 * SHA-256 over names and bytes of files and folders: a cache by content, independent of dates.
 *
 * @param {string[]} paths
 * @param {string} [extra] what else the cached thing depends on
 */
export function contentHash(paths, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const path of paths) {
    if (!existsSync(path)) continue
    const list = statSync(path).isDirectory() ? [...files(path)] : [path]
    for (const file of list)
      hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}
