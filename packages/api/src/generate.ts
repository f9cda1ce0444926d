import { z } from 'zod'
import { appRouter } from './root'

/** At run time this record is flat, with full paths as keys, although its type is nested. */
interface Described {
  _def: { type: string; meta?: { scope?: string }; inputs: unknown[] }
}

interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
}

/** The file that `scripts/generate.mjs` writes from the routers, by its path from the root. */
export function generateFiles(): Record<string, string> {
  return { 'docs/reference/procedures.md': describeProcedures() }
}

/** Each procedure with its kind, its permission and its input. */
function describeProcedures(): string {
  const rows = Object.entries(appRouter._def.procedures)
    .map(([path, procedure]) => ({ path, ...(procedure as unknown as Described)._def }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, type, meta, inputs }) => {
      const input = inputs.map((schema) => describe(toJsonSchema(schema))).join(' & ')
      return `| \`${path}\` | ${type} | \`${meta?.scope}\` | ${input ? `\`${input.replaceAll('|', '\\|')}\`` : ''} |`
    })
  return [
    '# tRPC procedures',
    '',
    'Made from `packages/api/src/root.ts` by `scripts/generate.mjs`. A field with `?` may be left out; `= value` is its default.',
    'The `config` of a training is described in [settings](../settings.md). The output of a procedure is the return type of the',
    'function in `packages/core` that it calls.',
    '',
    '| procedure | kind | permission | input |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

const toJsonSchema = (schema: unknown) =>
  z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema

/** A schema in the short form of a TypeScript type, with bounds where they matter. */
function describe(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(describe).join(' | ')
  if (schema.const !== undefined) return quote(schema.const)
  if (schema.enum) return schema.enum.map(quote).join(' | ')
  switch (schema.type) {
    case 'object':
      return schema.properties ? describeObject(schema) : '{ [key]: … }'
    case 'array':
      return `[${schema.items ? describe(schema.items) : '…'}]${atMost(schema.maxItems)}`
    case 'string':
      return `string${atMost(schema.maxLength)}`
    case 'integer':
    case 'number':
      return `${schema.type}${range(schema)}`
    default:
      return [schema.type ?? '…'].flat().join(' | ')
  }
}

function describeObject({ properties = {}, required = [] }: JsonSchema): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const initial = field.default === undefined ? '' : ` = ${JSON.stringify(field.default)}`
    const shape = name === 'config' ? '…' : describe(field)
    return `${name}${required.includes(name) ? '' : '?'}: ${shape}${initial}`
  })
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}'
}

const quote = (value: unknown) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value))
const atMost = (limit: number | undefined) => (limit === undefined ? '' : ` (at most ${limit})`)

/** JSON Schema bounds every integer by what JavaScript can hold; that is no bound worth showing. */
function range({ minimum, maximum }: JsonSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (low === undefined && high === undefined) return ''
  if (high === undefined) return ` (at least ${low})`
  return low === undefined ? ` (at most ${high})` : ` (${low} to ${high})`
}
