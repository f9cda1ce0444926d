// A log file with a limit. By hand and with Node's built-ins alone: `npm start` reads this before packages are installed.
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { lineSplitter, RepeatFilter } from './log-lines.mjs'

/** @typedef {{ lineCharacters: number, fileBytes: number, files: number, repeatsPerMinute: number }} LogLimits */

const flushEveryMs = 60_000
const keptLines = 40

/**
 * `x.log` and the older `x.log.1`, `x.log.2` …: rotated by size, the oldest is deleted. Long lines are cut, and repeated
 * ones counted. A disk that is full costs log lines, never the part that writes them.
 */
export class LogFile {
  /** The newest lines, for the sentence about why a part ended. @type {string[]} */
  recent = []
  #path
  #limits
  #filter
  #timer
  /** @type {number | null} */
  #file = null
  #bytes = 0

  /** @param {string} path @param {LogLimits} limits */
  constructor(path, limits) {
    this.#path = path
    this.#limits = limits
    this.#filter = new RepeatFilter(limits.repeatsPerMinute)
    this.#timer = setInterval(() => this.#write(this.#filter.flush(Date.now())), flushEveryMs).unref()
  }

  /**
   * Takes all that a stream of a part says.
   *
   * @param {import('node:stream').Readable} stream
   * @param {(line: string) => void} [onLine]
   */
  take(stream, onLine) {
    const splitter = lineSplitter(this.#limits.lineCharacters, (line) => {
      this.recent = [...this.recent.slice(1 - keptLines), line]
      onLine?.(line)
      this.#write(this.#filter.take(line, Date.now()))
    })
    stream.on('data', (chunk) => splitter.write(chunk))
    stream.once('end', () => splitter.end())
    stream.once('error', () => splitter.end())
  }

  end() {
    clearInterval(this.#timer)
    this.#write(this.#filter.flush(Date.now()))
    this.#close()
  }

  /** @param {string[]} lines */
  #write(lines) {
    if (lines.length === 0) return
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    try {
      if (this.#file === null) this.#open()
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.#limits.fileBytes) this.#rotate()
      if (this.#file !== null) writeSync(this.#file, bytes)
      this.#bytes += bytes.length
    } catch {
      this.#close() // a full disk, or a folder that is gone: the next line tries again
    }
  }

  #open() {
    this.#file = openSync(this.#path, 'a', 0o600)
    this.#bytes = statSync(this.#path).size
  }

  #close() {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #rotate() {
    this.#close()
    const { files } = this.#limits
    const names = [this.#path, ...Array.from({ length: files - 1 }, (_, at) => `${this.#path}.${at + 1}`)]
    rmSync(names.at(-1) ?? '', { force: true })
    for (let at = names.length - 2; at >= 0; at -= 1) move(names[at] ?? '', names[at + 1] ?? '')
    this.#open()
  }
}

/** @param {string} from @param {string} to */
function move(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
