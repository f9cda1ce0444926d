import type { z } from 'zod'

/**
 * Parses a process's environment once, at start.
 *
 * @throws Error with one line a variable, naming what is wrong, so that a wrong setting stops the process
 * before it has done anything.
 */
export function readEnv<Schema extends z.ZodType>(
  schema: Schema,
  source: NodeJS.ProcessEnv = process.env,
): z.output<Schema> {
  // `NAME=` in a file or a compose file means: not set.
  const filled = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()))
  const parsed = schema.safeParse(filled)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The environment is not usable:\n${lines.join('\n')}`)
}
