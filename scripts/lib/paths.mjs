import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readVariable, requireVariable } from './env.mjs'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const trainer = join(root, 'gpu-agent/trainer')
/** Shared by all checkouts of a person: the Python environments. */
export const cacheFolder = readVariable('PALATE_CACHE') ?? join(homedir(), '.cache/palate')
/** All data of one installation. */
export const homeFolder = resolve(root, requireVariable('PALATE_HOME'))

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
