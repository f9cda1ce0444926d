import { slugOf } from '@palate/recipe'
import { expect, it } from 'vitest'
import { parseList } from './parse-list'

it('reads a list with spaces, empty entries and repetitions', () => {
  expect(parseList('meat, fish , ,Fish\nsoy sauce')).toEqual(['meat', 'Fish', 'soy sauce'])
  expect(parseList('  ')).toEqual([])
})

it.each([
  ['Seoul Heat!', 'seoul-heat'],
  ['Crème de Brûlée', 'creme-de-brulee'],
  ['  --  ', ''],
])('%s becomes %s', (name, slug) => expect(slugOf(name)).toBe(slug))
