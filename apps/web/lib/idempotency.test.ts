import { createTRPCClient, httpLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { expect, test } from 'vitest'
import { idempotencyHeaders, idempotencyLink } from './idempotency'

const t = initTRPC.create()
const router = t.router({
  create: t.procedure.mutation(() => 'made'),
  list: t.procedure.query(() => []),
})

/** A client whose clock and server the test controls. */
function setup() {
  const state = {
    now: 0,
    keys: [] as (string | null)[],
    reply: () => Response.json({ result: { data: 'made' } }),
  }
  const client = createTRPCClient<typeof router>({
    links: [
      idempotencyLink(() => state.now),
      httpLink({
        url: 'http://localhost/api/trpc',
        headers: idempotencyHeaders,
        fetch: async (_url, init) => {
          state.keys.push(new Headers(init?.headers as HeadersInit).get('idempotency-key'))
          return state.reply()
        },
      }),
    ],
  })
  return { client, state }
}

test('five clicks at once, and one shortly after, share a key', async () => {
  const { client, state } = setup()
  await Promise.all(Array.from({ length: 5 }, () => client.create.mutate()))
  state.now += 400
  await client.create.mutate()
  expect(state.keys).toHaveLength(6)
  expect(new Set(state.keys).size).toBe(1)
  expect(state.keys[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('the same request later is a new intention', async () => {
  const { client, state } = setup()
  await client.create.mutate()
  state.now += 5000
  await client.create.mutate()
  expect(new Set(state.keys).size).toBe(2)
})

test('a retry after a request without a reply keeps the key', async () => {
  const { client, state } = setup()
  const answer = state.reply
  state.reply = () => {
    throw new TypeError('fetch failed')
  }
  await expect(client.create.mutate()).rejects.toThrow('fetch failed')
  state.now += 60_000
  state.reply = answer
  await client.create.mutate()
  expect(new Set(state.keys).size).toBe(1)
})

test('a query has no key', async () => {
  const { client, state } = setup()
  await client.list.query()
  expect(state.keys).toEqual([null])
})
