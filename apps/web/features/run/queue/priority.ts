import type { SelectOption } from '@palate/ui'

const levels: readonly [priority: number, name: string][] = [
  [20, 'Urgent'],
  [10, 'High'],
  [0, 'Normal'],
  [-10, 'Low'],
]

/** The name of a priority; a value between the named ones, set by a script, stays a number. */
export const priorityName = (priority: number): string =>
  levels.find(([level]) => level === priority)?.[1] ?? String(priority)

/** The priorities to choose from, including the current one. */
export function priorityOptions(current: number): SelectOption[] {
  const all = levels.some(([level]) => level === current)
    ? [...levels]
    : [...levels, [current, String(current)] as const]
  return all.sort(([a], [b]) => b - a).map(([priority, label]) => ({ value: String(priority), label }))
}
