import { z } from 'zod'

/** NUL and halves of surrogate pairs: PostgreSQL stores neither, in text or in JSON. */
export const isUnstorable = (text: string) => text.includes('\u0000') || /\p{Surrogate}/u.test(text)

/** A text from outside: every one has a maximum, and consists of characters that can be stored. */
export const Text = (max: number, tooLong = `longer than ${max} characters`) =>
  z
    .string()
    .max(max, tooLong)
    .refine((text) => !isUnstorable(text), 'with characters that cannot be stored')

/** A name or an id that a machine sends. */
export const ShortText = Text(200)

/** The id of a row: `run_4f…`. */
export const Id = Text(60).min(1)

/** The most GPUs, labels or attempts of one machine. */
export const maxPerMachine = 256
