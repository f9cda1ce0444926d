import type { SelectOption } from '@palate/ui'

const levels: readonly [priority: number, name: string][] = [
  [20, 'Urgent'],
  [10, 'High'],
  [0, 'Normal'],
  [-10, 'Low'],
]

/** A priority in a word; one that a script set to something between keeps its number. */
export const priorityName = (priority: number): string =>
  levels.find(([level]) => level === priority)?.[1] ?? String(priority)

/** What one can choose, the present one among them. */
export function priorityOptions(current: number): SelectOption[] {
  const all = levels.some(([level]) => level === current)
    ? [...levels]
    : [...levels, [current, String(current)] as const]
  return all.sort(([a], [b]) => b - a).map(([priority, label]) => ({ value: String(priority), label }))
}
