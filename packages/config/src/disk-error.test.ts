import { expect, it } from 'vitest'
import { DiskError, findDiskProblem, nameDiskError } from './disk-error'

const system = (code: string, syscall = 'write') => Object.assign(new Error(code), { code, syscall })
const target = { what: 'The file', place: 'the store' }

it.each([
  ['ENOSPC', 'the disk of the store is full.', 'Free some space there, then try again.'],
  [
    'EDQUOT',
    'the disk quota of the store is used up.',
    'Raise the quota or free some space there, then try again.',
  ],
  ['EROFS', 'the disk of the store is read-only.', 'Mount that disk for writing, then try again.'],
  [
    'EACCES',
    'the system refused access to the store.',
    'Give the user that Palate runs as the right to write there, then try again.',
  ],
])('%s is named, also as the cause of another error', (code, why, remedy) => {
  const named = { message: `The file could not be written: ${why}`, remedy }
  expect(nameDiskError(system(code), target)).toMatchObject(named)
  expect(nameDiskError(new Error('broken', { cause: system(code) }), target)).toMatchObject(named)
})

it('the first name of an error stays', () => {
  const first = nameDiskError(system('ENOSPC'), target)
  expect(nameDiskError(first, { what: 'Another', place: 'elsewhere' })).toBe(first)
  expect(findDiskProblem(new Error('outer', { cause: first }))).toBe('full')
})

it.each([
  ['a connection', system('EACCES', 'connect')],
  ['a program', system('EACCES', 'spawn python3')],
  ['a missing file', system('ENOENT', 'open')],
  ['a mistake', new TypeError('no')],
])('an error of %s is none of the disk', (_what, error) => {
  expect(nameDiskError(error, target)).toBe(error)
  expect(error).not.toBeInstanceOf(DiskError)
})
