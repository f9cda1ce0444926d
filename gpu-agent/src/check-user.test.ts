import { expect, it } from 'vitest'
import { checkUser } from './check-user'

const away = { hubUrl: 'https://palate.example.org', allowRoot: false }

it('works as anybody but root', () => {
  expect(checkUser(1000, away)).toBeNull()
  expect(checkUser(undefined, away)).toBeNull()
  expect(() => checkUser(0, away)).toThrow(/as root for a hub on another machine.*PALATE_AGENT_ALLOW_ROOT=1/)
})

it('only warns if the owner allows it, or if the hub is on the same machine', () => {
  expect(checkUser(0, { ...away, allowRoot: true })).toMatch(/runs as root/)
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    expect(checkUser(0, { hubUrl: `http://${host}:3000`, allowRoot: false })).toMatch(/runs as root/)
})
