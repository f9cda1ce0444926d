import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import { DomainError } from '../error'

/** Passes bytes on, and breaks at the end when they are not the ones announced: the store then keeps nothing. */
export function checkHash(sha256: string): Transform {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      if (hash.digest('hex') === sha256) return done()
      done(
        new DomainError(
          'invalid',
          'The artifact arrived with another SHA-256 than announced.',
          'Send it again.',
        ),
      )
    },
  })
}
