import type { AppRouter } from '@palate/api'
import { createTRPCClient, httpLink } from '@trpc/client'
import superjson from 'superjson'

/** The public interface, as a program of a team would use it: tRPC over HTTP with an API key. */
export function connect(origin: string, apiKey: string) {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${origin}/api/trpc`,
        transformer: superjson,
        headers: { authorization: `Bearer ${apiKey}` },
      }),
    ],
  })
}

export type Client = ReturnType<typeof connect>

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Repeats the query until `done` is true. `show` describes the progress for people.
 * @throws Error when `failed` returns a reason
 */
export async function poll<State>(
  ask: () => Promise<State>,
  options: {
    done: (state: State) => boolean
    failed: (state: State) => string | null
    show?: (state: State) => string
  },
): Promise<State> {
  let shown = ''
  for (;;) {
    const state = await ask()
    const reason = options.failed(state)
    if (reason) throw new Error(reason)
    const text = options.show?.(state) ?? ''
    if (text !== shown && process.stderr.isTTY) process.stderr.write(`\r\u001b[2K  ${text}`)
    shown = text
    if (options.done(state)) {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
      return state
    }
    await sleep(400)
  }
}
