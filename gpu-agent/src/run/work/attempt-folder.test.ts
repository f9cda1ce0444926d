import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { attemptFolder, listAttempts, makeAttemptFolder } from './attempt-folder'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'palate-attempts-'))
})
afterEach(() => rm(home, { recursive: true }))

it('removes an attempt without a complete state', async () => {
  const folder = attemptFolder(home, 'run_a', 'att_a')
  await makeAttemptFolder(folder)
  await writeFile(folder.stateFile, '{"lease":')
  expect(await listAttempts(home)).toEqual([])
  expect(existsSync(folder.root)).toBe(false)
})

it('keeps an attempt whose state cannot be read', async () => {
  const folder = attemptFolder(home, 'run_a', 'att_a')
  await makeAttemptFolder(folder)
  await mkdir(folder.stateFile) // reading it fails with EISDIR, also for root
  await expect(listAttempts(home)).rejects.toThrow(/EISDIR/)
  expect(existsSync(folder.spool)).toBe(true)
})
