import { z } from 'zod'

/** NUL and halves of surrogate pairs: PostgreSQL stores neither, in text or in JSON. */
const isUnstorable = (text: string) => text.includes('\u0000') || /\p{Surrogate}/u.test(text)

/** A name or an id that a machine sends: short, and of characters that can be stored. */
export const ShortText = z
  .string()
  .max(200, 'longer than 200 characters')
  .refine((text) => !isUnstorable(text), 'with characters that cannot be stored')

/** The most GPUs, labels or attempts of one machine. */
export const maxPerMachine = 256
