import { expect, it } from 'vitest'
import { commandOf, onceAClick } from './choices'

const press = { ctrlKey: false, metaKey: false, altKey: false, repeat: false }
const seen = { settled: true }

it.each([
  ['ArrowLeft', 'left'],
  ['1', 'left'],
  ['ArrowRight', 'right'],
  ['2', 'left'],
  ['4', 'right'],
  ['5', 'right'],
  ['3', 'tie'],
  ['=', 'tie'],
  ['0', 'both_bad'],
  ['X', 'both_bad'],
  ['s', 'skip'],
  ['z', 'undo'],
  ['?', 'help'],
  ['Enter', undefined],
])('%s means %s', (key, command) => expect(commandOf({ ...press, key }, seen)).toBe(command))

it('ignores held keys and browser shortcuts', () => {
  expect(commandOf({ ...press, key: '1', repeat: true }, seen)).toBeUndefined()
  expect(commandOf({ ...press, key: 'z', ctrlKey: true }, seen)).toBeUndefined()
  expect(commandOf({ ...press, key: 'ArrowLeft', altKey: true }, seen)).toBeUndefined()
})

it('takes a double click for one choice: the second would fall on a pair that nobody has seen', () => {
  let chosen = 0
  const click = onceAClick(() => {
    chosen += 1
  })
  for (const detail of [1, 2, 3]) click({ detail })
  expect(chosen).toBe(1)
  click({ detail: 0 }) // by the keyboard
  expect(chosen).toBe(2)
})

it('takes no key for a pair that has just appeared, but an undo and the help', () => {
  const commands = [...'123450=xszZ?', 'ArrowLeft', 'ArrowRight'].map((key) =>
    commandOf({ ...press, key }, { settled: false }),
  )
  expect(commands.filter(Boolean)).toEqual(['undo', 'undo', 'help'])
})
