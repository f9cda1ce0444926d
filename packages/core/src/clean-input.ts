import { isUnstorable } from '@palate/protocol'
import { DomainError } from './error'

/** Deeper than any input of ours; what is much deeper exhausts the stack of the code that walks it. */
const maxDepth = 24

/**
 * Checks an input from outside before its schema reads it: not too deep, and without characters that the database
 * cannot store (NUL, half of a surrogate pair), in values and in names.
 *
 * @throws DomainError `invalid`
 */
export function requireCleanInput(input: unknown): void {
  // A list instead of recursion, because the depth is the caller's.
  const open: { value: unknown; depth: number }[] = [{ value: input, depth: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next
    if (typeof value === 'string') requireStorable(value)
    if (typeof value !== 'object' || value === null) continue
    if (depth >= maxDepth)
      throw new DomainError('invalid', 'The request is nested too deeply.', `At most ${maxDepth} levels.`)
    for (const [name, inner] of Object.entries(value)) {
      requireStorable(name)
      open.push({ value: inner, depth: depth + 1 })
    }
  }
}

function requireStorable(text: string): void {
  if (!isUnstorable(text)) return
  throw new DomainError(
    'invalid',
    'A text has a character that cannot be stored: NUL, or half of a pair.',
    'Remove it and try again.',
  )
}
