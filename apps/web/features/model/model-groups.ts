import type { Outputs } from '../../lib/trpc'

export type ModelChoice = Outputs['model']['choices']['models'][number]

/** Each base with the adapters on it, the group with the newest model first; an adapter whose base is gone stands alone. */
export function groupByBase<Model extends { id: string; baseId: string | null }>(
  models: readonly Model[],
): Model[][] {
  const groups = new Map<string, Model[]>()
  for (const model of models) {
    const key = model.baseId ?? model.id
    groups.set(key, [...(groups.get(key) ?? []), model])
  }
  return [...groups.values()].map((group) => [
    ...group.filter(({ baseId }) => baseId === null),
    ...group.filter(({ baseId }) => baseId !== null),
  ])
}

export const nameModel = ({ name, number }: { name: string; number: number }) => `${name} v${number}`

/** "smollm2 v1 and 2 more", for a control that has room for one line. */
export function describeChosen(models: readonly { name: string; number: number }[]): string | null {
  const [first, ...more] = models
  if (!first) return null
  return more.length === 0 ? nameModel(first) : `${nameModel(first)} and ${more.length} more`
}
