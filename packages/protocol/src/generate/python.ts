import { devicePeaks } from '../estimate/devices'
import { planFigures } from '../estimate/memory-plan'
import { trainerFailures } from '../v1/failure'
import { preflightFaults } from '../v1/preflight'
import { type TrainKind, trainKinds } from '../v1/setting'
import { type Condition, rulesOf } from '../v1/train-rules'
import type { ObjectSchema, SettingSchema } from './json-schema'

const tuningKinds = ['sft', 'dpo', 'kto'] as const
const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const upper = (name: string) => snake(name).toUpperCase()
const className = (kind: TrainKind) => `${kind[0]?.toUpperCase()}${kind.slice(1)}Config`

/** A JSON value as Python writes it. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return JSON.stringify(value)
}

/** JavaScript's `$` is the end of the text; Python's also stands before a last line end. */
const pattern = (source: string) => `r"${source.replace(/\$$/, '\\Z')}"`

const constraint = (schema: SettingSchema) => [
  ...(schema.minimum === undefined ? [] : [`ge=${schema.minimum}`]),
  ...(schema.exclusiveMinimum === undefined ? [] : [`gt=${schema.exclusiveMinimum}`]),
  ...(schema.maximum === undefined ? [] : [`le=${schema.maximum}`]),
  ...(schema.exclusiveMaximum === undefined ? [] : [`lt=${schema.exclusiveMaximum}`]),
  ...(schema.minItems ? [`min_length=${schema.minItems}`] : []),
  ...(schema.maxItems === undefined ? [] : [`max_length=${schema.maxItems}`]),
  ...(schema.maxLength === undefined ? [] : [`max_length=${schema.maxLength}`]),
  ...(schema.pattern === undefined ? [] : [`pattern=${pattern(schema.pattern)}`]),
]

function plainType(schema: SettingSchema): string {
  if (schema.const !== undefined) return `Literal[${literal(schema.const)}]`
  if (schema.enum) return `Literal[${schema.enum.map(literal).join(', ')}]`
  if (schema.oneOf)
    return `Annotated[${schema.oneOf.map(sourceName).join(' | ')}, Field(discriminator="from_")]`
  if (schema.type === 'array') return `list[${schema.items ? constrained(schema.items) : 'str'}]`
  if (schema.type === 'integer') return 'Int'
  if (schema.type === 'number') return 'float'
  return schema.type === 'boolean' ? 'bool' : 'str'
}

function constrained(schema: SettingSchema): string {
  const rules = constraint(schema)
  return rules.length > 0 ? `Annotated[${plainType(schema)}, Field(${rules.join(', ')})]` : plainType(schema)
}

/** "HubModel" of the variant whose `from` is "hub". */
function sourceName({ properties }: ObjectSchema): string {
  const from = properties.from?.const ?? ''
  return `${from[0]?.toUpperCase()}${from.slice(1)}Model`
}

function field(name: string, schema: SettingSchema, needed: boolean): string[] {
  const rules = constraint(schema)
  if (schema.allowed) rules.push(`description=${literal(schema.allowed)}`)
  const comment = schema.title ? [`    # ${schema.title}: ${schema.description}`] : []
  if (schema.const !== undefined)
    return [
      `    ${name}_: Annotated[${plainType(schema)}, Field(alias="${name}")] = ${literal(schema.const)}`,
    ]
  const optional = !needed && schema.default === undefined
  const type = `Annotated[${plainType(schema)}${optional ? ' | None' : ''}, Field(${rules.join(', ')})]`
  const whole = schema.type === 'number' && Number.isInteger(schema.default) ? '.0' : ''
  const value = ` = ${literal(schema.default)}${whole}`
  return [...comment, `    ${snake(name)}: ${type}${needed ? '' : value}`]
}

function classOf(
  name: string,
  base: string,
  doc: string,
  fields: readonly (readonly [string, SettingSchema])[],
) {
  const lines = fields.flatMap(([key, schema]) => field(key, schema, false))
  return [`class ${name}(${base}):`, `    """${doc}"""`, ...(lines.length > 0 ? ['', ...lines] : [])]
}

function sourceClass(schema: ObjectSchema): string[] {
  const fields = Object.entries(schema.properties).flatMap(([name, one]) =>
    field(name, one, schema.required?.includes(name) ?? false),
  )
  return [`class ${sourceName(schema)}(Settings):`, '    """An external model."""', '', ...fields]
}

function condition({ field: name, is, set, lengthDiffersFrom, notMultipleOf, times }: Condition): string {
  const parts = [
    literal(name),
    ...(is === undefined ? [] : [`equals=${literal(is)}`]),
    ...(set === undefined ? [] : [`given=${literal(set)}`]),
    ...(lengthDiffersFrom === undefined ? [] : [`length_differs_from=${literal(lengthDiffersFrom)}`]),
    ...(notMultipleOf === undefined ? [] : [`not_multiple_of=${literal(notMultipleOf)}`]),
    ...(times === undefined ? [] : [`times=${times}`]),
  ]
  return `Condition(${parts.join(', ')})`
}

function rules(kind: TrainKind): string[] {
  const all = rulesOf(kind).map(
    ({ when, message, remedy }) =>
      `        Rule([${when.map(condition).join(', ')}], ${literal(message)}, ${literal(remedy)}),`,
  )
  return all.length > 0 ? [`    "${kind}": [`, ...all, '    ],'] : [`    "${kind}": [],`]
}

const figures = () =>
  Object.entries(planFigures).map(([name, value]) =>
    typeof value === 'number'
      ? `${upper(name)} = ${value}`
      : `${upper(name)} = {${Object.entries(value)
          .map(([key, size]) => `"${key}": ${size}`)
          .join(', ')}}`,
  )

const peaks = () => [
  "# Dense bf16 TFLOP/s by the first name that a device's name contains: see estimate/devices.ts of the protocol.",
  'DEVICE_PEAKS: tuple[tuple[str, float], ...] = (',
  ...devicePeaks.map(([name, teraflops]) => `    (${literal(name)}, ${teraflops}),`),
  ')',
]

/** The trainer's typed config, its failure codes, the figures of the memory plans and the peaks of devices. */
export function pythonTypes(schemas: Readonly<Record<TrainKind, ObjectSchema>>): string {
  const fieldsOf = (kind: TrainKind) => Object.entries(schemas[kind].properties)
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
  const shared = fieldsOf('sft').filter(([name]) =>
    tuningKinds.every((kind) => schemas[kind].properties[name] !== undefined),
  )
  const own = (kind: TrainKind) =>
    fieldsOf(kind).filter(([name, schema]) => !shared.some(([key, one]) => key === name && same(one, schema)))
  const sources = [
    ...new Map(
      trainKinds
        .flatMap((kind) => fieldsOf(kind).flatMap(([, { oneOf }]) => oneOf ?? []))
        .map((source) => [sourceName(source), source]),
    ).values(),
  ]
  const isTuning = (kind: TrainKind) => tuningKinds.some((one) => one === kind)
  const blocks = [
    [
      '"""Generated by `node scripts/generate.mjs` from packages/protocol: do not edit."""',
      '',
      'from typing import Annotated, Literal',
      '',
      'from pydantic import Field',
      '',
      'from job.rule import Condition, Rule',
      'from job.setting import Int, Settings',
      '',
      `Kind = Literal[${trainKinds.map(literal).join(', ')}]`,
      `FailureCode = Literal[${[...trainerFailures].sort().map(literal).join(', ')}]`,
      '# The code of each preflight fault.',
      'PREFLIGHT_CODES: dict[str, FailureCode] = {',
      ...preflightFaults.map((fault) => `    "${fault}": "preflight_${fault}",`),
      '}',
      '',
      '# The memory plans: see engine/memory_plan.py.',
      ...figures(),
      '',
      ...peaks(),
    ],
    ...sources.map(sourceClass),
    classOf('LoraSettings', 'Settings', 'What the trainings of an existing model share.', shared),
    ...trainKinds.map((kind) =>
      classOf(
        className(kind),
        isTuning(kind) ? 'LoraSettings' : 'Settings',
        `The settings of ${kind} runs.`,
        isTuning(kind) ? own(kind) : fieldsOf(kind),
      ),
    ),
    [
      `Config = ${trainKinds.map(className).join(' | ')}`,
      '',
      `CONFIGS: dict[Kind, ${trainKinds.map((kind) => `type[${className(kind)}]`).join(' | ')}] = {`,
      ...trainKinds.map((kind) => `    "${kind}": ${className(kind)},`),
      '}',
      '',
      'RULES: dict[Kind, list[Rule]] = {',
      ...trainKinds.flatMap(rules),
      '}',
    ],
  ]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n\n')}\n`
}
