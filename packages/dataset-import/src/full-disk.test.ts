import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mountSmallDisk, withoutSmallDisk } from '@palate/config/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { readExamples } from './index'
import { jsonRow, useImports } from './testing'

const disk = mountSmallDisk(4)
afterAll(() => disk?.unmount())
const files = useImports()

/** Recipes that do not compress. */
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    jsonRow(`Dish ${index}`, { directions: [`Cook ${randomBytes(600).toString('hex')}.`] }),
  ).join('\n')

const place = "the hub's import folder (in PALATE_STORAGE)"

describe.skipIf(!disk)(`an import on a small disk${disk ? '' : withoutSmallDisk}`, () => {
  const workFolder = join(disk?.path ?? '', 'work')

  it('says that the disk is full, leaves nothing behind, and works when there is room again', async () => {
    const filler = join(disk?.path ?? '', 'filler')
    await writeFile(filler, randomBytes(3.8 * 1024 * 1024))
    await expect(files.load(rows(3000), { workFolder })).rejects.toMatchObject({
      name: 'DiskError',
      message: `The imported data could not be written: the disk of ${place} is full.`,
      remedy: 'Free some space there, then try again.',
    })
    expect(existsSync(join(workFolder, 'scratch'))).toBe(false)
    expect(existsSync(join(workFolder, 'examples.parquet'))).toBe(false)
    await rm(filler)
    const result = await files.load(rows(200), { workFolder })
    expect(result.rowsKept).toBe(200)
  })

  it('says that the disk is read-only, also where recipes are drawn', async () => {
    const { parquetPath } = await files.load(rows(20))
    disk?.setReadOnly(true)
    try {
      await expect(files.load(rows(20), { workFolder: join(workFolder, 'b') })).rejects.toMatchObject({
        message: `The imported data could not be written: the disk of ${place} is read-only.`,
      })
      const spillFolder = join(disk?.path ?? tmpdir(), 'spill')
      await expect(readExamples(parquetPath, { limit: 5, seed: 1, spillFolder })).rejects.toMatchObject({
        message:
          "The drawn recipes could not be written: the disk of the hub's temporary folder (PALATE_TEMPORARY) is read-only.",
      })
    } finally {
      disk?.setReadOnly(false)
    }
  })
})
