export type StorageErrorCode = 'missing' | 'invalid_key'

/** What a caller may want to tell apart; every other failure of the disk or of S3 passes through as it is. */
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
