import type { z } from 'zod'

type Config = ReturnType<typeof z.config>
type Issue = Parameters<NonNullable<Config['customError']>>[0]

/** Sentences for a person in place of zod's own; a schema's own message still goes first. */
export function sentenceOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'too_small':
      return boundOf(issue.origin, 'at least', Number(issue.minimum), issue.inclusive)
    case 'too_big':
      return boundOf(issue.origin, 'at most', Number(issue.maximum), issue.inclusive)
    case 'invalid_type':
      return typeOf(issue.expected, issue.input)
    case 'not_multiple_of':
      return `Use a multiple of ${issue.divisor}.`
    case 'invalid_value':
      return 'Choose one of the values.'
    default:
      return undefined
  }
}

function boundOf(origin: string, bound: 'at least' | 'at most', limit: number, inclusive = true): string {
  if (origin === 'string' && bound === 'at least' && limit === 1) return 'This is required.'
  if (origin === 'string') return `Use ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}.`
  if (origin === 'array' || origin === 'set') return `Choose ${bound} ${limit}.`
  if (!inclusive) return `Use a number ${bound === 'at least' ? 'above' : 'below'} ${limit}.`
  return `Use a number of ${bound} ${limit}.`
}

function typeOf(expected: string, input: unknown): string | undefined {
  if (input === undefined || input === null || input === '') return 'This is required.'
  if (expected === 'int') return 'Use a whole number.'
  if (expected === 'number') return 'Use a number.'
  return undefined
}

/** Zod's own settings, where it reads them: pages without a form need not load zod for a sentence. */
const settings = globalThis as { __zod_globalConfig?: Config }
settings.__zod_globalConfig = Object.assign(settings.__zod_globalConfig ?? {}, { customError: sentenceOf })
