import { expect, test } from 'vitest'
import { keyCommands, type Pending, type Press, readPress, sequenceMs, showKeys } from './key-list'

const press = (key: string, more: Partial<Press> = {}): Press => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false },
  ...more,
})
const idOf = (key: string, more: Partial<Press> = {}, pending: Pending | null = null, now = 0) =>
  readPress(press(key, more), pending, now).command?.id

test.each<[string, string | undefined, Partial<Press>?]>([
  ['?', 'help'],
  ['c', 'create'],
  ['C', 'create'],
  ['j', 'next'],
  ['k', 'previous'],
  ['k', 'palette', { metaKey: true }],
  ['k', 'palette', { ctrlKey: true }],
  ['c', undefined, { ctrlKey: true }],
  ['c', undefined, { metaKey: true }],
  ['c', undefined, { altKey: true }],
  ['c', undefined, { repeat: true }],
  ['j', 'next', { repeat: true }],
  ['Enter', undefined],
  ['q', undefined],
])('%s does %s', (key, id, more) => {
  expect(idOf(key, more)).toBe(id)
})

test('g and a letter go to a page, also c, which alone creates', () => {
  const { command, pending } = readPress(press('g'), null, 100)
  expect(command).toBeNull()
  expect(idOf('r', {}, pending, 200)).toBe('go-runs')
  expect(idOf('c', {}, pending, 200)).toBe('go-public-chat')
})

test('a second key that comes late, or has no page, begins again', () => {
  const { pending } = readPress(press('g'), null, 100)
  expect(idOf('c', {}, pending, 101 + sequenceMs)).toBe('create')
  expect(readPress(press('g'), pending, 200).pending).toEqual({ key: 'g', at: 200 })
  expect(readPress(press('z'), pending, 200)).toEqual({ command: null, pending: null })
})

test('no two commands have the same keys or the same id', () => {
  const keys = keyCommands.map((command) => command.keys.join(' '))
  expect(new Set(keys).size).toBe(keys.length)
  expect(new Set(keyCommands.map(({ id }) => id)).size).toBe(keyCommands.length)
})

test('shows ⌘ on a Mac and Ctrl elsewhere', () => {
  expect(showKeys({ keys: ['mod+k'] }, true)).toEqual(['⌘K'])
  expect(showKeys({ keys: ['mod+k'] }, false)).toEqual(['Ctrl K'])
  expect(showKeys({ keys: ['g', 'r'] }, false)).toEqual(['G', 'R'])
})
