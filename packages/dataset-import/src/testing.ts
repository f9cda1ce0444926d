import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type ImportResult, importRecipes } from './index'

export const header = ',title,ingredients,directions,link,source,NER'

export const csvRow = (title: string, ingredients = '["beans"]', directions = '["Cook."]') =>
  [0, title, ingredients, directions, 'x', 'y', '[]']
    .map((field) => `"${String(field).replaceAll('"', '""')}"`)
    .join(',')

export const jsonRow = (title: string, more: object = {}) =>
  JSON.stringify({ title, ingredients: ['beans'], directions: ['Cook.'], ...more })

/** The first lines that were dropped, by reason. */
export const linesOf = (result: ImportResult) =>
  Object.fromEntries(result.profile.dropped.map(({ reason, lines }) => [reason, lines]))

/** Imports of made-up files in a temporary folder. Call it at the top of a test file. */
export function useImports() {
  let folder = ''
  let files = 0
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palate-import-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function write(content: string | Uint8Array): Promise<string> {
    files += 1
    const path = join(folder, `file-${files}`)
    await writeFile(path, content)
    return path
  }
  const lastWork = () => join(folder, `work-${files}`)
  return {
    folder: () => folder,
    write,
    lastWork,
    load: async (content: string | Uint8Array, options: object = {}) =>
      importRecipes({ path: await write(content), workFolder: lastWork(), ...options }),
  }
}
