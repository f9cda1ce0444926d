import { z } from 'zod'

/** NUL and halves of surrogate pairs: PostgreSQL stores neither, in text or in JSON. */
const isUnstorable = (text: string) => text.includes('\u0000') || /\p{Surrogate}/u.test(text)

/** A name or an id that a machine tells: short, and of characters that can be stored. */
export const ShortText = z
  .string()
  .max(200, 'longer than 200 characters')
  .refine((text) => !isUnstorable(text), 'with characters that cannot be stored')

/** Of what a machine has many of: GPUs, labels, attempts. */
export const maxPerMachine = 256
