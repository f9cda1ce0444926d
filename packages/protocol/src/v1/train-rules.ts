import type { TrainKind } from './setting'

/** A condition on one setting's value, its default where it is not set. Several hold together. */
export interface Condition {
  field: string
  /** It has this value. */
  is?: string
  /** It is there and neither 0, false nor empty; or the opposite. */
  set?: boolean
  /** Both lists are given and differ in length. */
  lengthDiffersFrom?: string
  /** It is no multiple of another setting, `times` so many. */
  notMultipleOf?: string
  times?: number
}

/** What single settings cannot say: a config for which all conditions hold is refused. `{name}` stands for the value. */
export interface TrainRule {
  kinds: readonly TrainKind[]
  when: readonly [Condition, ...Condition[]]
  message: string
  remedy: string
}

export const trainRules: readonly TrainRule[] = [
  {
    kinds: ['sft', 'dpo', 'kto'],
    when: [
      { field: 'earlyStopPatience', set: true },
      { field: 'evalShare', set: false },
    ],
    message: 'config.earlyStopPatience is {earlyStopPatience}, but no rows are held out to evaluate on.',
    remedy: 'Set config.evalShare, for example to 0.1.',
  },
  {
    kinds: ['sft'],
    when: [
      { field: 'fullWeights', set: true },
      { field: 'precision', is: 'nf4' },
    ],
    message: 'config.fullWeights is {fullWeights}, but weights in NF4 cannot be trained.',
    remedy: 'Set config.precision to auto, or train an adapter.',
  },
  {
    kinds: ['sft'],
    when: [
      { field: 'fullWeights', set: true },
      { field: 'base', set: true },
    ],
    message: 'config.fullWeights is {fullWeights}, but on an external model only an adapter is trained.',
    remedy: 'Set config.fullWeights to false.',
  },
  {
    kinds: ['dpo'],
    when: [{ field: 'lossWeights', lengthDiffersFrom: 'lossTypes' }],
    message: 'config.lossWeights is {lossWeights}, but config.lossTypes is {lossTypes}.',
    remedy: 'Give one weight for each loss.',
  },
  {
    kinds: ['pretrain'],
    when: [{ field: 'hiddenSize', notMultipleOf: 'heads', times: 2 }],
    message: 'config.hiddenSize is {hiddenSize}, but config.heads is {heads}.',
    remedy: 'Use a hidden size that is a multiple of twice the attention heads.',
  },
  {
    kinds: ['pretrain'],
    when: [{ field: 'heads', notMultipleOf: 'kvHeads' }],
    message: 'config.heads is {heads}, but config.kvHeads is {kvHeads}.',
    remedy: 'Use a number of attention heads that is a multiple of the key-value heads.',
  },
]

type Values = Readonly<Record<string, unknown>>

const isSet = (value: unknown) => Boolean(value) && !(Array.isArray(value) && value.length === 0)

function holds(condition: Condition, values: Values): boolean {
  const value = values[condition.field]
  if (condition.is !== undefined) return value === condition.is
  if (condition.set !== undefined) return isSet(value) === condition.set
  if (condition.lengthDiffersFrom !== undefined) {
    const other = values[condition.lengthDiffersFrom]
    return Array.isArray(value) && Array.isArray(other) && value.length !== other.length
  }
  const other = values[condition.notMultipleOf ?? '']
  return (
    typeof value === 'number' && typeof other === 'number' && value % (other * (condition.times ?? 1)) !== 0
  )
}

/** The first rule that a config breaks, with its sentence. `values` has the defaults in it. */
export function findBrokenRule(
  kind: TrainKind,
  values: Values,
): { field: string; message: string; remedy: string } | null {
  const broken = trainRules.find(
    ({ kinds, when }) => kinds.includes(kind) && when.every((condition) => holds(condition, values)),
  )
  if (!broken) return null
  const message = broken.message.replaceAll(/\{(\w+)\}/g, (_, name) => JSON.stringify(values[name]))
  return { field: broken.when[0].field, message, remedy: broken.remedy }
}

export const rulesOf = (kind: TrainKind): TrainRule[] =>
  trainRules.filter(({ kinds }) => kinds.includes(kind))
