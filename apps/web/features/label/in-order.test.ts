import { expect, it } from 'vitest'
import { inOrder } from './in-order'

it('starts a work only when the one before has ended, also when that failed', async () => {
  const run = inOrder()
  const seen: string[] = []
  const slow = run(async () => {
    await Promise.resolve()
    seen.push('vote')
    throw new Error('refused')
  })
  const undo = run(async () => {
    seen.push('undo')
    return 'back'
  })
  await expect(slow).rejects.toThrow('refused')
  expect(await undo).toBe('back')
  expect(seen).toEqual(['vote', 'undo'])
})
