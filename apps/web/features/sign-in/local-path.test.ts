import { expect, it } from 'vitest'
import { localPath } from './local-path'

it.each([
  ['/runs/run_1?tab=logs', '/runs/run_1?tab=logs'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/\n/evil.example', '/'],
  ['\t//evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/runs/..//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['http://', '/'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
])('%s redirects to %s', (wanted, path) => expect(localPath(wanted)).toBe(path))
