/** A file that cannot be imported as a whole: what is wrong with it, and what to do. Single bad rows are dropped, not thrown. */
export class CorpusError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message)
    this.name = 'CorpusError'
  }
}
