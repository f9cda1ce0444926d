import { z } from 'zod'
import { describeImportSource, describeModelSource, ImportSource, ModelSource } from './model-source'

/** The kinds of runs that have settings of their own. */
export const trainKinds = ['pretrain', 'sft', 'dpo', 'kto', 'import', 'probe'] as const
export type TrainKind = (typeof trainKinds)[number]

export type Item =
  | { type: 'choice'; options: readonly string[] }
  | { type: 'number'; min?: number }
  | { type: 'name' }

/** What may differ from kind to kind. */
interface Bounds {
  min?: number
  /** The value is greater than this. */
  above?: number
  max?: number
  /** The value is less than this. */
  below?: number
  maxLength?: number
  default?: unknown
  hint?: string
}

/** One setting of a training, as the form, the docs and the generator read it. */
export interface Setting extends Bounds {
  type: 'int' | 'number' | 'boolean' | 'choice' | 'list' | 'text' | 'model' | 'import'
  kinds: readonly TrainKind[]
  group: string
  label: string
  hint: string
  unit?: string
  options?: readonly string[]
  items?: Item
  /** A list that may have no entry. */
  mayBeEmpty?: boolean
  /** Set by a control of its own in the form: the base model, the allowed preflight faults. */
  ownControl?: boolean
  for?: { readonly [kind in TrainKind]?: Bounds }
}

declare const valueType: unique symbol
/** A setting that remembers, for the type checker alone, what its values are and which kinds have it. */
export type Typed<Value, Kinds extends readonly TrainKind[]> = Setting & {
  kinds: Kinds
  readonly [valueType]?: Value
}
type About<Kinds extends readonly TrainKind[]> = Omit<Setting, 'type' | 'options' | 'items' | 'kinds'> & {
  kinds: Kinds
}

export const int = <const K extends readonly TrainKind[]>(about: About<K>): Typed<number, K> => ({
  type: 'int',
  ...about,
})
export const number = <const K extends readonly TrainKind[]>(about: About<K>): Typed<number, K> => ({
  type: 'number',
  ...about,
})
export const boolean = <const K extends readonly TrainKind[]>(about: About<K>): Typed<boolean, K> => ({
  type: 'boolean',
  ...about,
})
export const text = <const K extends readonly TrainKind[]>(about: About<K>): Typed<string, K> => ({
  type: 'text',
  ...about,
})
export const model = <const K extends readonly TrainKind[]>(about: About<K>): Typed<ModelSource, K> => ({
  type: 'model',
  ...about,
})
export const importSource = <const K extends readonly TrainKind[]>(
  about: About<K>,
): Typed<ImportSource, K> => ({ type: 'import', ...about })
export const choice = <const K extends readonly TrainKind[], const O extends readonly string[]>(
  options: O,
  about: About<K>,
): Typed<O[number], K> => ({ type: 'choice', options, ...about })
export const choices = <const K extends readonly TrainKind[], const O extends readonly string[]>(
  options: O,
  about: About<K>,
): Typed<O[number][], K> => ({ type: 'list', items: { type: 'choice', options }, ...about })
export const numbers = <const K extends readonly TrainKind[]>(
  item: { min?: number },
  about: About<K>,
): Typed<number[], K> => ({ type: 'list', items: { type: 'number', ...item }, ...about })
export const names = <const K extends readonly TrainKind[]>(about: About<K>): Typed<string[], K> => ({
  type: 'list',
  items: { type: 'name' },
  ...about,
})

/** A setting as one kind has it. */
export const settingFor = ({ for: differing, ...setting }: Setting, kind: TrainKind): Setting => ({
  ...setting,
  ...differing?.[kind],
})

/** "Use a whole number from 1 to 512." The form, the API and the trainer answer a wrong value with this sentence. */
export function describeAllowed(setting: Setting): string {
  const { type, options, items } = setting
  if (type === 'boolean') return 'Use true or false.'
  if (type === 'choice') return `Use one of ${options?.join(', ')}.`
  if (type === 'text') return `Use a text of at most ${setting.maxLength} characters.`
  if (type === 'model') return describeModelSource
  if (type === 'import') return describeImportSource
  if (items?.type === 'choice' && setting.mayBeEmpty) return `Use a list of ${items.options.join(', ')}.`
  if (items?.type === 'choice') return `Use a list of one or more of ${items.options.join(', ')}.`
  if (items?.type === 'number') return `Use a list of one or more numbers${describeRange(items)}.`
  if (items) return 'Use a list of one or more names of letters, digits, dots and underscores.'
  return `Use a ${type === 'int' ? 'whole number' : 'number'}${describeRange(setting)}.`
}

function describeRange({ min, above, max, below }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  const low = min !== undefined ? ` of at least ${min}` : above !== undefined ? ` above ${above}` : ''
  const high = max !== undefined ? `at most ${max}` : below !== undefined ? `below ${below}` : ''
  return low && high ? `${low} and ${high}` : low || (high && ` ${high}`)
}

export const namePattern = /^[A-Za-z0-9_.]+$/

function schemaOfItem(item: Item, error: string): z.ZodType {
  if (item.type === 'choice') return z.enum(item.options, { error })
  if (item.type === 'name') return z.string({ error }).max(100, { error }).regex(namePattern, { error })
  const schema = z.number({ error })
  return item.min === undefined ? schema : schema.min(item.min, { error })
}

function schemaOfNumber({ type, min, above, max, below }: Setting, error: string): z.ZodType {
  let schema: z.ZodNumber = type === 'int' ? z.int({ error }) : z.number({ error })
  if (min !== undefined) schema = schema.min(min, { error })
  if (above !== undefined) schema = schema.gt(above, { error })
  if (max !== undefined) schema = schema.max(max, { error })
  if (below !== undefined) schema = schema.lt(below, { error })
  return schema
}

/** The zod schema of one value. Its JSON Schema carries the label, the hint and the default. */
export function schemaOfValue(setting: Setting): z.ZodType {
  const error = describeAllowed(setting)
  const { label: title, hint: description, group, unit, default: standard } = setting
  const about = { title, description, group, unit, default: standard, allowed: error }
  const known = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined))
  const schema = () => {
    if (setting.type === 'boolean') return z.boolean({ error })
    if (setting.type === 'choice') return z.enum(setting.options ?? [], { error })
    if (setting.type === 'text') return z.string({ error }).max(setting.maxLength ?? 200, { error })
    if (setting.type === 'model') return ModelSource
    if (setting.type === 'import') return ImportSource
    if (setting.items)
      return z
        .array(schemaOfItem(setting.items, error), { error })
        .min(setting.mayBeEmpty ? 0 : 1, { error })
        .max(100, { error })
    return schemaOfNumber(setting, error)
  }
  return schema().meta(known)
}
