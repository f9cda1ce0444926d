import { z } from 'zod'
import table from '../variables.json' with { type: 'json' }

/** Who may read a variable: a process of Palate, its scripts (`npm start`, `npm test` …), its command line, or its tests. */
export const processNames = ['scripts', 'web', 'hub', 'agent', 'trainer', 'cli', 'tests'] as const
export type ProcessName = (typeof processNames)[number]

/** An environment variable, as `variables.json` describes it. */
export type Variable = {
  process: string[]
  /** As the environment would hold it. */
  default?: string
  /** What holds where it is not set, when that is no fixed value. */
  otherwise?: string
  what: string
  secret?: boolean
  /** Set by Palate's own processes, never by a person. */
  internal?: boolean
}
export type VariableName = keyof typeof table

export const variables: Readonly<Record<VariableName, Variable>> = table

/** A rule for some variables, each required unless its rule or the table says otherwise. */
type Rules = { [Name in VariableName]?: z.ZodType }
type Shape<R extends Rules> = {
  [Name in keyof R & VariableName]: R[Name] extends z.ZodType
    ? (typeof table)[Name] extends { default: string }
      ? z.ZodPrefault<R[Name]>
      : R[Name]
    : never
}

/**
 * The environment of one or several processes: how each variable is read is given here, its default comes from the table.
 *
 * @throws Error when the table does not have a variable, or not for one of the processes
 */
export function envSchema<R extends Rules>(
  processes: ProcessName | ProcessName[],
  rules: R,
): z.ZodObject<Shape<R>> {
  const known: Partial<Record<string, Variable>> = variables
  const shape = Object.entries<z.ZodType>(rules).map(([name, rule]) => {
    const variable = known[name]
    for (const process of [processes].flat())
      if (!variable?.process.includes(process))
        throw new Error(`${name} is not in packages/config/variables.json as a variable of ${process}.`)
    return [name, variable?.default === undefined ? rule : rule.prefault(variable.default)]
  })
  return z.object(Object.fromEntries(shape) as Shape<R>)
}

/** @throws Error when the variable has no default */
export function defaultOf(name: VariableName): string {
  const value = variables[name].default
  if (value === undefined) throw new Error(`${name} has no default.`)
  return value
}
