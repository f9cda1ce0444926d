import { randomUUID } from 'node:crypto'
import type { AppRouter } from '@palate/api'
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import superjson from 'superjson'
import { z } from 'zod'
import { CliError, exit } from '../exit'
import type { Connection } from './credentials'
import { isJson, notPalate, send, Unreachable, unreachable } from './request'

export type Client = ReturnType<typeof connect>
export type Inputs = inferRouterInputs<AppRouter>
export type Outputs = inferRouterOutputs<AppRouter>

/** The procedures of Palate with an API key. A failure is a CliError with Palate's sentence and remedy. */
export function connect({ origin, apiKey }: Pick<Connection, 'origin' | 'apiKey'>, timeoutMs?: number) {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${origin}/api/trpc`,
        transformer: superjson,
        headers: ({ op }) => ({
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
          ...(op.type === 'mutation' ? { 'idempotency-key': randomUUID() } : {}),
        }),
        fetch: async (url, init) => {
          const { pathname, search } = new URL(String(url))
          const headers = Object.fromEntries(new Headers(init?.headers as HeadersInit))
          const body = typeof init?.body === 'string' ? { body: init.body } : {}
          const method = init?.method ?? 'GET'
          const ask = () => send(origin, `${pathname}${search}`, { method, headers, ...body, timeoutMs })
          // Repeated, it makes nothing twice: the key of the call stays the same.
          const response = await ask().catch((error) => {
            if (error instanceof Unreachable && error.wasCut) return ask()
            throw error
          })
          return checked(origin, response)
        },
      }),
    ],
  })
}

const Refused = z.object({ error: z.object({ message: z.string(), remedy: z.string().nullish() }) })

/** Passes on what the procedures answer. What the process before them answers has no procedure's shape. */
async function checked(origin: string, response: Response): Promise<Response> {
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(origin, error)
  })
  const body = isJson(response) ? parseJson(text) : undefined
  if (typeof body !== 'object') throw notPalate(origin, response)
  const refused = Refused.safeParse(body)
  if (refused.success) throw new CliError(refused.data.error.message, refused.data.error.remedy)
  return new Response(text, { status: response.status, headers: response.headers })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface ErrorData {
  code?: string
  remedy?: string | null
  fields?: { formErrors?: string[]; fieldErrors?: Record<string, string[] | undefined> } | null
}

/** What a call ended with, as a CliError. */
export function toCliError(error: unknown): unknown {
  if (!(error instanceof TRPCClientError)) return error
  if (error.cause instanceof CliError) return error.cause
  const data = (error.data ?? null) as ErrorData | null
  if (!data?.code)
    return new CliError(
      'Palate answered with something that the command line does not understand.',
      null,
      exit.unreachable,
    )
  const { fields } = data
  const wrong = [
    ...(fields?.formErrors ?? []),
    ...Object.entries(fields?.fieldErrors ?? {}).map(([name, texts]) => `${name}: ${texts?.join(' ')}`),
  ]
  const message = wrong.length > 0 ? wrong.join(' ') : error.message
  return new CliError(message, data.remedy ?? (data.code === 'UNAUTHORIZED' ? logIn : null))
}

const logIn = 'Run palate login with a key of the Settings page.'
