import * as z from 'zod'

/** Without NUL and halves of surrogate pairs: PostgreSQL stores neither, in text or in JSON. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text)
}

/** Text that a person enters or a file holds. */
export const StorableText = z
  .string('This must be text. Put it in quotes.')
  .refine(isStorable, 'The text holds a character that cannot be stored: NUL, or half of a character pair.')
