import { StorageError } from './error'

const segment = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/** The folder of unfinished writes; no key may start with it. */
export const temporaryFolder = 'tmp'

/**
 * Keys are made by us; the check here keeps a mistake elsewhere from leaving the folder.
 *
 * @throws StorageError `invalid_key` unless the key is a relative path of plain names
 */
export function checkKey(key: string): string {
  const segments = key.split('/')
  const plain = key.length <= 300 && segments.every((part) => segment.test(part) && !part.includes('..'))
  if (!plain || segments[0] === temporaryFolder)
    throw new StorageError('invalid_key', `${JSON.stringify(key)} is no key of the object store.`)
  return key
}
