import { SpooledEvent } from '@palate/protocol'
import { expect, test } from 'vitest'
import { readLines } from './read-lines'

const attempt = { runId: 'run_1', attemptId: 'att_1', epoch: 1 }
const metric = {
  type: 'metric',
  axis: 'step',
  position: 3,
  time: 1_760_000_000_000,
  values: { loss: 0.5, 'rewards/chosen': -1e-7 },
}
const read = (...values: unknown[]) =>
  readLines({ ...attempt, lines: Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join('')) })

test('lines are parsed into their events', () => {
  const events = [
    { seq: 1, at: 5, event: { type: 'log', level: 'info', text: 'crème\nbrûlée' } },
    { seq: 2, at: 6, event: metric },
    { seq: 3, at: 7, event: { type: 'run-end', status: 'finished', results: {}, error: null } },
  ]
  expect(read(...events)).toEqual({ ...attempt, events: events.map((event) => SpooledEvent.parse(event)) })
})

test.each([
  ['a value that is no number', { ...metric, values: { loss: 'low' } }],
  ['a value that is null, as JSON writes what is not a number', { ...metric, values: { loss: null } }],
  ['a name that is too long', { ...metric, values: { ['x'.repeat(201)]: 1 } }],
  ['a position below zero', { ...metric, position: -1 }],
  ['half a step', { ...metric, position: 0.5 }],
  ['an unknown axis', { ...metric, axis: 'epochs' }],
  ['no axis', { ...metric, axis: undefined }],
  ['no time', { ...metric, time: undefined }],
  ['a list of values', { ...metric, values: [1] }],
  ['no values', { ...metric, values: null }],
])('a metric with %s is kept as a log line, as the schema has it', (_what, event) => {
  const spooled = { seq: 1, at: 5, event }
  const { events } = read(spooled)
  expect(events).toEqual([SpooledEvent.parse(JSON.parse(JSON.stringify(spooled)))])
  expect(events[0]?.event.type).toBe('log')
})

test('a number that is too large is not stored as infinity', () => {
  const line = JSON.stringify({ seq: 1, at: 5, event: metric }).replace('0.5', '1e999')
  const { events } = readLines({ ...attempt, lines: Buffer.from(line) })
  expect(events[0]?.event.type).toBe('log')
})

test.each([
  ['a sequence number of 0', { seq: 0, at: 5, event: metric }],
  ['no sequence number', { at: 5, event: metric }],
  ['a time in words', { seq: 1, at: 'now', event: metric }],
  ['nothing', null],
])('%s is refused', (_what, value) => {
  expect(() => read(value)).toThrow()
})

test('a chunk that is not one JSON object per line is refused', () => {
  expect(() => readLines({ ...attempt, lines: Buffer.from('{"seq":1,') })).toThrow(
    /not one JSON object per line/,
  )
  expect(() => readLines({ ...attempt, lines: Buffer.from('') })).toThrow()
})
