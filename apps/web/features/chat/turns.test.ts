import { expect, it } from 'vitest'
import { type Action, type Turn, turnsAfter } from './turns'

const ask: Action = {
  type: 'ask',
  ask: {
    key: '1',
    persona: 'vegan',
    inventory: ['corn'],
    request: 'lunch',
    sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 },
  },
}
const play = (...actions: Action[]) => actions.reduce<readonly Turn[]>(turnsAfter, [])
const text = (value: string): Action => ({ type: 'event', key: '1', event: { type: 'text', text: value } })

it('collects the text of a turn and how it ended', () => {
  const [turn] = play(
    ask,
    { type: 'event', key: '1', event: { type: 'turn', turnId: 'turn_9' } },
    text('# A'),
    text(' soup'),
    { type: 'event', key: '1', event: { type: 'end', reason: 'length' } },
    { type: 'close', key: '1' },
  )
  expect(turn).toMatchObject({ text: '# A soup', status: 'cut', turnId: 'turn_9' })
})

it('adds nothing to a stopped turn', () => {
  const [turn] = play(ask, text('# A'), { type: 'stop', key: '1' }, text(' soup'), {
    type: 'fail',
    key: '1',
    error: 'late',
  })
  expect(turn).toMatchObject({ text: '# A', status: 'stopped', error: null })
})

it('stores a thumb and removes it', () => {
  const [turn] = play(ask, { type: 'close', key: '1' }, { type: 'thumb', key: '1', thumb: 'up' })
  expect(turn?.thumb).toBe('up')
  expect(turnsAfter(turn ? [turn] : [], { type: 'thumb', key: '1', thumb: null })[0]?.thumb).toBeNull()
})
