import { expect, test } from 'vitest'
import { listEntries } from './palette-entries'

const all = () => true
const names = (text: string, may: (scope: string) => boolean = all) =>
  listEntries(text, [], may).map(({ name }) => name)

test('finds pages and actions by all words, in any order', () => {
  expect(names('run new')).toEqual(['Create run'])
  expect(names('theme dark')).toEqual(['Dark theme'])
  expect(names('nothing like it')).toEqual([])
})

test('finds the pages of the settings, for those who may see them', () => {
  expect(names('settings')).toEqual(['Settings', 'Account and keys', 'Members', 'Audit log'])
  expect(names('audit', (scope) => scope !== 'audit:read')).toEqual([])
})

test('offers no action that the role may not do', () => {
  expect(names('create run', (scope) => scope !== 'run:create')).toEqual([])
})

test('links what the server found to its page, or to the list that shows it', () => {
  const found = listEntries(
    'zzz',
    [
      { kind: 'run', id: 'run_1', name: 'smoky', number: 7 },
      { kind: 'model', id: 'model_1', name: 'palate', number: 2 },
      { kind: 'persona', id: 'persona_1', name: 'Cook', number: null },
    ],
    all,
  )
  expect(found).toMatchObject([
    { name: 'smoky', note: 'Run 7', href: '/runs/run_1' },
    { name: 'palate v2', note: 'Model', href: '/models' },
    { name: 'Cook', note: 'Persona', href: '/personas/persona_1' },
  ])
})
