import { expect, it } from 'vitest'
import { shortName } from './use-import'

it('shortens a long name of a file and keeps its extension', () => {
  expect(shortName('recipes.csv')).toBe('recipes.csv')
  expect(shortName(`${'x'.repeat(180)}.jsonl`)).toBe(`${'x'.repeat(93)}….jsonl`)
  expect(shortName('🍲'.repeat(120))).toBe(`${'🍲'.repeat(99)}…`)
})
