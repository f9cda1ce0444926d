import { clean, toJsonLine } from './clean'
import { type Piece, render, widthOf } from './styled'

type Stream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
type Values = Piece[]

/** What a command writes: results to stdout, everything else to stderr. */
export class Output {
  #status = ''

  constructor(
    private readonly stdout: Stream,
    private readonly stderr: Stream,
    private readonly noColor: boolean,
    /** Results are lines of JSON for a program. */
    readonly json: boolean,
  ) {}

  /** Whether a person watches what stdout shows. */
  get isTerminal(): boolean {
    return this.stdout.isTTY === true
  }

  /** A line of the result. */
  line(parts: TemplateStringsArray, ...values: Values): void {
    this.clearStatus()
    this.stdout.write(`${render(parts, values, { color: this.#colors(this.stdout) })}\n`)
  }

  /** A piece of a text that arrives in pieces. */
  text(piece: string): void {
    this.clearStatus()
    this.stdout.write(clean(piece))
  }

  /** A line for a program. */
  data(value: unknown): void {
    this.clearStatus()
    this.stdout.write(`${toJsonLine(value)}\n`)
  }

  /** A line about what happens, not part of the result; a program that reads JSON does not need it. */
  note(parts: TemplateStringsArray, ...values: Values): void {
    if (this.json) return
    this.clearStatus()
    this.stderr.write(`${render(parts, values, { color: this.#colors(this.stderr) })}\n`)
  }

  /** A line about what went wrong or must be known, also beside JSON. */
  warn(parts: TemplateStringsArray, ...values: Values): void {
    this.clearStatus()
    this.stderr.write(`${render(parts, values, { color: this.#colors(this.stderr) })}\n`)
  }

  /**
   * What happens at the moment: in a terminal one line that is written over, elsewhere a line whenever it changes.
   *
   * @param rough what must change for another line elsewhere, for example without the numbers that always change
   */
  status(text: string, rough = text): void {
    if (this.json) return
    if (!this.stderr.isTTY) {
      if (rough !== this.#status) this.note`${text}`
      this.#status = rough
      return
    }
    const width = Math.max(20, this.stderr.columns ?? 80) - 1
    const shown = [...clean(text.replaceAll(/\s+/g, ' '))].slice(0, width).join('')
    this.stderr.write(`\r\u001b[2K${shown}`)
    this.#status = shown
  }

  clearStatus(): void {
    if (!this.stderr.isTTY || !this.#status) return
    this.stderr.write('\r\u001b[2K')
    this.#status = ''
  }

  /** Rows under a heading, in columns. */
  table(heading: readonly string[], rows: readonly (readonly Piece[])[]): void {
    const all: (readonly Piece[])[] = [heading, ...rows]
    const widths = heading.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))))
    for (const [index, row] of all.entries()) {
      const cells = row.map((piece, column) => {
        const pad = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - widthOf(piece) + 2)
        const styled = index === 0 ? { styled: String(piece), code: 2 } : piece
        return render(['', pad], [styled], { color: this.#colors(this.stdout) })
      })
      this.stdout.write(`${cells.join('').trimEnd()}\n`)
    }
  }

  #colors(stream: Stream): boolean {
    return stream.isTTY === true && !this.noColor
  }
}
