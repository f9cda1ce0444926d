import type { Client, Outputs } from '../connect/client'

type Page = Outputs['run']['logs']
type Line = Page['items'][number]

/** The most older pages that are read at once; a run that writes faster is cut. */
const maxPages = 5
const firstLines = 10
const pageLines = 200

/** The lines of a run's log that have not been read yet; of what was there before, the last few. */
export class LogTail {
  #last: Line | null = null
  #begun = false

  constructor(
    private readonly client: Client,
    private readonly runId: string,
  ) {}

  async read(): Promise<Line[]> {
    const limit = this.#begun ? pageLines : firstLines
    let page: Page = await this.client.run.logs.query({ runId: this.runId, limit })
    let lines = page.items
    for (let pages = 1; this.#begun && pages < maxPages && page.nextCursor; pages += 1) {
      if (!lines[0] || !this.#isNew(lines[0])) break
      page = await this.client.run.logs.query({ runId: this.runId, limit, cursor: page.nextCursor })
      lines = [...page.items, ...lines]
    }
    const fresh = lines.filter((line) => this.#isNew(line))
    this.#begun = true
    this.#last = fresh.at(-1) ?? this.#last
    return fresh
  }

  #isNew({ attemptNumber, seq }: Line): boolean {
    const last = this.#last
    if (!last) return true
    return attemptNumber > last.attemptNumber || (attemptNumber === last.attemptNumber && seq > last.seq)
  }
}
