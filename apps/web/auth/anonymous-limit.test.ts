import { limits } from '@palate/config'
import { expect, it } from 'vitest'
import { AnonymousLimit } from './anonymous-limit'

it('an address without a sign-in has a number of calls a minute; others have their own', () => {
  const limit = new AnonymousLimit()
  const now = 1_000_000
  for (let count = 0; count < limits.procedure.anonymousPerMinute; count += 1) limit.take('192.0.2.1', now)
  expect(() => limit.take('192.0.2.1', now)).toThrow('Too many requests without a sign-in.')
  expect(() => limit.take('192.0.2.2', now)).not.toThrow()
  expect(() => limit.take('192.0.2.1', now + 60_000)).not.toThrow()
})
