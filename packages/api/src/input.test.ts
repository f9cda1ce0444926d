import { createTestDeps, createWorkspaceFixture } from '@palate/core/testing'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const deps = await createTestDeps()
const fixture = await createWorkspaceFixture(deps)

interface Described {
  _def: { inputs: z.ZodType[] }
}

/** What this test reads of a JSON schema. */
interface Shape {
  type?: string
  enum?: unknown[]
  const?: unknown
  maxLength?: number
  maxItems?: number
  minimum?: number
  properties?: Record<string, Shape>
  additionalProperties?: Shape | boolean
  items?: Shape
  anyOf?: Shape[]
  oneOf?: Shape[]
}

/** The procedures with an input, and its shape as a client may send it. */
const inputs = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
  const [schema] = (procedure as unknown as Described)._def.inputs
  if (!schema) return []
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape
  return [{ path, shape }]
})

/** The places of a shape that have no maximum. */
function unbounded(shape: Shape, at: string): string[] {
  const choices = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]
  const fields = Object.entries(shape.properties ?? {}).map(
    ([name, inner]) => [`${at}.${name}`, inner] as const,
  )
  const items = shape.items ? [[`${at}[]`, shape.items] as const] : []
  const extra = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : null
  const free = shape.type === 'string' && shape.enum === undefined && shape.const === undefined
  return [
    ...(free && shape.maxLength === undefined ? [at] : []),
    ...(shape.type === 'array' && shape.items && shape.maxItems === undefined ? [`${at} (array)`] : []),
    ...choices.flatMap((inner) => unbounded(inner, at)),
    ...[...fields, ...items].flatMap(([name, inner]) => unbounded(inner, name)),
    ...(extra ? unbounded(extra, `${at}.*`) : []),
  ]
}

/** An input of this shape in which every free text is `text`. */
function fill(shape: Shape, text: string): unknown {
  if (shape.const !== undefined) return shape.const
  if (shape.enum) return shape.enum[0]
  const [choice] = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]
  if (choice) return fill(choice, text)
  if (shape.type === 'object')
    return Object.fromEntries(
      Object.entries(shape.properties ?? {}).map(([name, inner]) => [name, fill(inner, text)]),
    )
  if (shape.type === 'array') return [fill(shape.items ?? {}, text)]
  if (shape.type === 'string') return text
  if (shape.type === 'integer' || shape.type === 'number') return Math.max(1, shape.minimum ?? 1)
  return shape.type === 'boolean' ? true : null
}

async function call(path: string, input: unknown): Promise<string> {
  const caller = { kind: 'user', userId: fixture.people.owner } as const
  let target: unknown = createCallerFactory(appRouter)({ deps, caller, workspace: fixture.workspaceId })
  for (const key of path.split('.')) target = (target as Record<string, unknown>)[key]
  try {
    await (target as (input: unknown) => Promise<unknown>)(input)
    return 'OK'
  } catch (error) {
    return error instanceof TRPCError ? error.code : String(error)
  }
}

const hasText = (shape: Shape) => JSON.stringify(fill(shape, 'some text')).includes('some text')

test.each(inputs)('$path: every text and list has a maximum', ({ path, shape }) => {
  expect(unbounded(shape, path)).toEqual([])
})

test.each(inputs.filter(({ shape }) => hasText(shape)))(
  '$path refuses texts that cannot be stored',
  async ({ path, shape }) => {
    for (const text of ['turn_\u0000', 'half \ud83c of a pair', '\u0000'])
      expect(await call(path, fill(shape, text))).toBe('BAD_REQUEST')
  },
)

test.each(inputs)('$path refuses an input that is nested deeply or has a NUL in a name', async ({ path }) => {
  let deep: unknown = {}
  for (let level = 0; level < 20_000; level += 1) deep = { deep }
  expect(await call(path, deep)).toBe('BAD_REQUEST')
  expect(await call(path, { 'na\u0000me': 1 })).toBe('BAD_REQUEST')
})

test('a text that is much too long is refused', async () => {
  expect(await call('run.get', { id: 'x'.repeat(5_000_000) })).toBe('BAD_REQUEST')
  expect(await call('chat.info', { slug: 'x'.repeat(5_000_000) })).toBe('BAD_REQUEST')
})
