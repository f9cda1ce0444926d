import { Transform } from 'node:stream'
import { nextTurn } from '@palate/config/http/turn'

/**
 * Passes on one piece (64 KiB at most) in each turn of the event loop. A socket that always has more to read is else
 * read 32 times in a row, and forty of them hold up everybody else for tens of milliseconds in each turn.
 *
 * @returns {Transform}
 */
export function inTurns() {
  return new Transform({
    transform(chunk, _encoding, done) {
      this.push(chunk)
      nextTurn(done)
    },
  })
}
