import { limits } from '@palate/config'
import { expect, it } from 'vitest'
import { AnonymousLimit } from './anonymous-limit'

it('an address without a sign-in has a number of calls a minute; others have their own', async () => {
  const limit = new AnonymousLimit()
  const { anonymousPerMinute, batch } = limits.procedure
  for (let left = anonymousPerMinute; left > 0; left -= batch) await limit.take('192.0.2.1', batch)
  await expect(limit.take('192.0.2.1', 1)).rejects.toThrow('Too many requests without a sign-in.')
  await expect(limit.take('192.0.2.2', 1)).resolves.toBeUndefined()
})
