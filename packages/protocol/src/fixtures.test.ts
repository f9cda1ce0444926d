import { expect, test } from 'vitest'
import events from '../fixtures/trainer-events.json' with { type: 'json' }
import job from '../fixtures/trainer-job.json' with { type: 'json' }
import { DpoConfig, parseTrainerLine, SpooledEvent, TrainerEvent, TrainerJob } from './index'

test.each(events)('the golden event $type is read as it stands', (event) => {
  expect(TrainerEvent.parse(event)).toEqual(event)
  expect(parseTrainerLine(JSON.stringify(event))).toEqual(event)
})

test('the golden job is a job, and its config a DPO config', () => {
  expect(TrainerJob.parse(job)).toEqual(job)
  expect(DpoConfig.parse(job.config)).toEqual(job.config)
})

test('a job with a key nobody knows is refused: inputs are strict', () => {
  expect(TrainerJob.safeParse({ ...job, shell: 'rm' }).success).toBe(false)
})

test('what a newer trainer adds does not break an older reader', () => {
  const [start] = events
  expect(parseTrainerLine(JSON.stringify({ ...start, color: 'green' }))).toEqual(start)
  expect(parseTrainerLine('{"type":"eval-start","step":1}')).toMatchObject({ type: 'log', level: 'warn' })
  expect(parseTrainerLine('Loading weights: 50%')).toEqual({
    type: 'log',
    level: 'info',
    text: 'Loading weights: 50%',
  })
})

test('an event that does not match its schema becomes a log line', () => {
  const spooled = { seq: 1, at: 1, event: { type: 'telepathy' } }
  expect(SpooledEvent.parse(spooled).event).toMatchObject({ type: 'log', level: 'warn' })
})
