// What a part writes, line by line, made fit for a file that must not grow without end.
import { StringDecoder } from 'node:string_decoder'

/**
 * Splits a stream into lines. What is longer than `maxCharacters` is cut, and never held in memory as a whole.
 *
 * @param {number} maxCharacters
 * @param {(line: string) => void} onLine
 */
export function lineSplitter(maxCharacters, onLine) {
  const decoder = new StringDecoder('utf8')
  let line = ''
  let dropped = 0
  /** @param {string} text */
  const add = (text) => {
    const room = Math.max(0, maxCharacters - line.length)
    line += text.slice(0, room)
    dropped += Math.max(0, text.length - room)
  }
  const finish = () => {
    onLine(dropped > 0 ? `${line} … ${dropped} more characters` : line)
    line = ''
    dropped = 0
  }
  return {
    /** @param {Buffer} chunk */
    write(chunk) {
      const [first = '', ...others] = decoder.write(chunk).split('\n')
      add(first)
      for (const other of others) {
        finish()
        add(other)
      }
    },
    /** Ends a last line that has no newline. */
    end() {
      if (line !== '' || dropped > 0) finish()
    },
  }
}

const windowMs = 60_000
/** More kinds of lines than these in a minute start the counts again: the memory has a limit too. */
const maxKinds = 1000

/**
 * Leaves out repeated lines. Anyone who sends requests without a sign-in can make a process write; a thousand refused
 * requests become a few lines and a number. Lines are of one kind when they differ in numbers, times and ids alone.
 */
export class RepeatFilter {
  /** @type {Map<string, { sample: string, count: number }>} */
  #kinds = new Map()
  #startedAt = 0
  #perMinute

  /** @param {number} perMinute lines of a kind that are kept */
  constructor(perMinute) {
    this.#perMinute = perMinute
  }

  /**
   * @param {string} line
   * @param {number} now
   * @returns {string[]} what to write: nothing, the line, or before it what was left out in the minute that is over
   */
  take(line, now) {
    const over = now - this.#startedAt >= windowMs || this.#kinds.size >= maxKinds
    const before = over ? this.flush(now) : []
    const kind = line.replace(/[0-9a-f]+/gi, '#')
    const seen = this.#kinds.get(kind) ?? { sample: line, count: 0 }
    seen.count += 1
    this.#kinds.set(kind, seen)
    return seen.count <= this.#perMinute ? [...before, line] : before
  }

  /** @param {number} now @returns {string[]} what was left out since the last time */
  flush(now) {
    const repeated = [...this.#kinds.values()].filter(({ count }) => count > this.#perMinute)
    this.#kinds.clear()
    this.#startedAt = now
    return repeated.map(
      ({ sample, count }) => `${count - this.#perMinute} more lines like this one: ${sample.slice(0, 200)}`,
    )
  }
}
