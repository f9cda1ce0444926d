/** A line of a change: what was before, and what is after; undefined where there is nothing. */
export interface Line {
  name: string
  before?: string
  after?: string
}

/**
 * What an entry of the audit log says, as lines: where it has `before` and `after`, only what differs; and the rest as it
 * is.
 */
export function linesOf({ before, after, ...rest }: Record<string, unknown>): Line[] {
  const said = flatten(rest).map(([name, value]) => ({ name, after: value }))
  if (before === undefined && after === undefined) return said
  const old = new Map(flatten(before ?? {}))
  const young = new Map(flatten(after ?? {}))
  const names = [...new Set([...old.keys(), ...young.keys()])]
  const changed = names
    .map((name) => ({ name, before: old.get(name), after: young.get(name) }))
    .filter((line) => line.before !== line.after)
  return [...changed, ...said]
}

/** An object as paths and texts: `price.amount`. What is no object has the name of its place. */
function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path ? `${path}.${key}` : key))
  if (value === undefined) return []
  return [[path || 'value', typeof value === 'string' ? value : JSON.stringify(value)]]
}
