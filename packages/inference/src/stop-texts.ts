/** Ends an answer before the first of some texts, and holds back what may be the beginning of one. */
export class StopTexts {
  /** A stop text was complete: what follows is not part of the answer. */
  stopped = false
  private held = ''

  constructor(private readonly stops: readonly string[]) {}

  /** @returns the text that is surely part of the answer, which may be empty */
  push(piece: string): string {
    if (this.stopped) return ''
    const text = this.held + piece
    const at = Math.min(...this.stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0))
    this.stopped = at < Number.POSITIVE_INFINITY
    const end = this.stopped ? at : text.length - this.beginningAt(text)
    this.held = this.stopped ? '' : text.slice(end)
    return text.slice(0, end)
  }

  /** @returns what was held back, at the end of the answer */
  flush(): string {
    const rest = this.held
    this.held = ''
    return rest
  }

  /** How many of the last characters of a text are the beginning of a stop text. */
  private beginningAt(text: string): number {
    const lengths = this.stops.map((stop) => {
      let length = Math.min(stop.length - 1, text.length)
      while (length > 0 && !text.endsWith(stop.slice(0, length))) length -= 1
      return length
    })
    return Math.max(0, ...lengths)
  }
}
