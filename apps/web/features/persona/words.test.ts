import { expect, it } from 'vitest'
import { readWords, slugOf } from './words'

it('reads a list as people write it', () => {
  expect(readWords('meat, fish , ,Fish\nsoy sauce')).toEqual(['meat', 'Fish', 'soy sauce'])
  expect(readWords('  ')).toEqual([])
})

it.each([
  ['Seoul Heat!', 'seoul-heat'],
  ['Crème de Brûlée', 'creme-de-brulee'],
  ['  --  ', ''],
])('%s becomes %s', (name, slug) => expect(slugOf(name)).toBe(slug))
