export type StorageErrorCode = 'missing' | 'invalid_key'

/** Errors that callers distinguish; every other error of the disk or of S3 is passed on unchanged. */
export class StorageError extends Error {
  constructor(
    readonly code: StorageErrorCode,
    message: string,
  ) {
    super(message)
    this.name = 'StorageError'
  }
}

export function missing(key: string): StorageError {
  return new StorageError('missing', `The object store holds nothing under ${key}.`)
}
