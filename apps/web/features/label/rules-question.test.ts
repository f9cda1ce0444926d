import { expect, it } from 'vitest'
import { agreementOf, questionOf } from './rules-question'

it('asks with the number of pairs without any vote, and counts the others only when they are included', () => {
  const counts = { unlabeled: 9, peopleOnly: 21 }
  expect(questionOf(counts, false)).toMatchObject({ pairs: 9, action: 'Label 9 pairs' })
  expect(questionOf(counts, false).sentence).toMatch(/^9 pairs without any vote\. .*You can undo this\.$/)
  expect(questionOf(counts, true)).toMatchObject({ pairs: 30, action: 'Label 30 pairs' })
  expect(questionOf({ unlabeled: 0, peopleOnly: 21 }, false)).toMatchObject({
    pairs: 0,
    sentence: 'No pair is without any vote.',
  })
})

it('says over how many votes people and rules agree', () => {
  expect(agreementOf({ same: 4, of: 5, both: 21 })).toEqual({
    value: '4 of 5',
    note: 'both labeled 21; in 16 one of them chose no winner',
  })
  expect(agreementOf({ same: 0, of: 0, both: 3 }).value).toBe('–')
  expect(agreementOf(null).note).toMatch(/no pair/)
})
