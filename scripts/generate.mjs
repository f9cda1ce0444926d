// `node scripts/generate.mjs [folder …]` writes the files that are made from tables in these folders, or in all.
// `--check` writes nothing and fails where one is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tsImport } from 'tsx/esm/api'

const root = join(import.meta.dirname, '..')
/** Modules with a function `generateFiles`, which returns the content of each file by its path from the root. */
const sources = [
  'packages/protocol/src/generate/index.ts',
  'packages/config/src/generate.ts',
  'apps/hub/src/http/generate.ts',
  'packages/api/src/generate.ts',
  'apps/web/features/keys/generate.ts',
]

const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

/** @returns {Promise<[path: string, content: string][]>} */
async function generate() {
  const asked = sources.filter(
    (source) => folders.length === 0 || folders.some((folder) => source.startsWith(folder)),
  )
  const modules = await Promise.all(asked.map((source) => tsImport(join(root, source), import.meta.url)))
  return modules.flatMap(({ generateFiles }) => Object.entries(generateFiles()))
}

/** @param {string} path */
const read = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null)

const stale = (await generate()).filter(([path, content]) => read(path) !== content)
if (process.argv.includes('--check')) {
  for (const [path] of stale) process.stdout.write(`${path} is stale: run node scripts/generate.mjs\n`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const [path, content] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    process.stdout.write(`${path} written\n`)
  }
}
