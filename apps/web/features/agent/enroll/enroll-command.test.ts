import { expect, test } from 'vitest'
import { dockerCommand, formatCountdown, plainCommand } from './enroll-command'

const origin = 'https://palate.example.org'

test('each command is a single shell command with the hub and the code', () => {
  const commands = [plainCommand(origin, 'pen_x'), dockerCommand(origin, 'pen_x', true)]
  for (const command of commands) {
    expect(command).toContain(`PALATE_HUB_URL=${origin} `)
    expect(command).toContain('PALATE_ENROLLMENT_CODE=pen_x ')
    expect(
      command
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' \\')),
    ).toBe(true)
  }
  expect(dockerCommand(origin, 'pen_x', false)).not.toContain('--gpus')
})

test('formats the remaining time to the second', () => {
  expect([900_000, 61_001, 59_000, 1, 0, -5].map(formatCountdown)).toEqual([
    ...['15:00', '1:02', '0:59', '0:01', '0:00', '0:00'],
  ])
})
