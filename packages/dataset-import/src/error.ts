/** A file that cannot be imported as a whole: what is wrong with it, and what to do. Single bad rows are dropped, not thrown. */
export class DatasetImportError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message)
    this.name = 'DatasetImportError'
  }
}
