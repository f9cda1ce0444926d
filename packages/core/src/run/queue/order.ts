import { groupBy } from '../../group-by'

export interface Queued {
  id: string
  priority: number
  /** An experiment, or the creator of a run without one: groups share the agents evenly. */
  group: string
  createdAt: Date
  number: number
}

/**
 * Sorts queued runs in the order in which they will be leased: highest priority, then the group with the fewest running
 * runs (each leased run counts from then on), then age.
 * @param busy running runs, by group
 */
export function orderQueue<Run extends Queued>(
  queued: readonly Run[],
  busy: ReadonlyMap<string, number>,
): Run[] {
  const load = new Map(busy)
  const loadOf = ({ group }: Run) => load.get(group) ?? 0
  const order: Run[] = []
  for (const priority of [...new Set(queued.map((one) => one.priority))].sort((a, b) => b - a)) {
    const level = queued.filter((one) => one.priority === priority).sort(byAge)
    const groups = [...groupBy(level, ({ group }) => group).values()]
    while (groups.length > 0) {
      groups.sort((a, b) => compareHeads(a[0], b[0], loadOf))
      const next = groups[0]?.shift()
      if (!next) groups.shift()
      else {
        load.set(next.group, loadOf(next) + 1)
        order.push(next)
      }
    }
  }
  return order
}

/** An empty group comes first, to be removed. */
function compareHeads<Run extends Queued>(
  a: Run | undefined,
  b: Run | undefined,
  loadOf: (one: Run) => number,
): number {
  if (!a || !b) return Number(Boolean(a)) - Number(Boolean(b))
  return loadOf(a) - loadOf(b) || byAge(a, b)
}

function byAge(a: Queued, b: Queued): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || a.number - b.number
}
