import { expect, it } from 'vitest'
import { localPath } from './local-path'

it.each([
  ['/runs/run_1?tab=logs', '/runs/run_1?tab=logs'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
])('%s redirects to %s', (wanted, path) => expect(localPath(wanted)).toBe(path))
