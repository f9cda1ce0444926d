import { expect, it } from 'vitest'
import { z } from 'zod'
import './zod-sentences'

const messageOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message

it.each([
  [z.number().min(5), 3, 'Use a number of at least 5.'],
  [z.int().max(40), 41, 'Use a number of at most 40.'],
  [z.number().gt(0), 0, 'Use a number above 0.'],
  [z.number(), Number.NaN, 'Use a number.'],
  [z.int(), 1.5, 'Use a whole number.'],
  [z.string().min(1), '', 'This is required.'],
  [z.string().max(3), 'four', 'Use at most 3 characters.'],
  [z.array(z.string()).min(1), [], 'Choose at least 1.'],
  [z.number(), undefined, 'This is required.'],
  [z.string().min(2, 'A name has two letters.'), 'a', 'A name has two letters.'],
])('%#: a sentence for a person', (schema, value, sentence) =>
  expect(messageOf(schema, value)).toBe(sentence),
)
