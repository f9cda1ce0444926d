import { expect, it } from 'vitest'
import { sentenceOf } from './sentence'

it('says cause and remedy', () => {
  const error = Object.assign(new Error('There is no model yet.'), { data: { remedy: 'Train one first.' } })
  expect(sentenceOf(error)).toBe('There is no model yet. Train one first.')
  expect(sentenceOf(new Error('The line broke.'))).toBe('The line broke.')
  expect(sentenceOf(undefined)).toMatch(/try again/)
})
