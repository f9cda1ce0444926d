import type { DropReason, ImportProfile } from './types'

const keptLines = 50

/** Counts what was left out and remembers the first lines of each reason. */
export class DropTally {
  readonly #byReason = new Map<DropReason, { count: number; lines: number[] }>()

  add(reason: DropReason, line: number): void {
    this.addMany(reason, 1, [line])
  }

  addMany(reason: DropReason, count: number, lines: number[]): void {
    if (count === 0) return
    const entry = this.#byReason.get(reason) ?? { count: 0, lines: [] }
    entry.count += count
    entry.lines.push(...lines.slice(0, keptLines - entry.lines.length))
    this.#byReason.set(reason, entry)
  }

  get total(): number {
    return [...this.#byReason.values()].reduce((sum, { count }) => sum + count, 0)
  }

  /** The most frequent reason first. */
  list(): ImportProfile['dropped'] {
    return [...this.#byReason]
      .map(([reason, entry]) => ({ reason, ...entry }))
      .sort((a, b) => b.count - a.count)
  }
}
