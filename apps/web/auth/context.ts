import { type ApiContext, type Caller, toTrpcError } from '@palate/api'
import { resolveApiKey } from '@palate/core'
import { AnonymousLimit } from './anonymous-limit'
import { deps } from './deps'
import { readOrigin } from './origin'
import { findSession } from './session'

const anonymous = new AnonymousLimit()

/**
 * The caller of procedures: an API key if the request has one (nobody if it is invalid), else the session's user.
 *
 * @param calls in this request
 */
export async function createApiContext(request: Request, calls: number): Promise<ApiContext> {
  const opened = await deps()
  return {
    deps: opened,
    caller: await findCaller(request, calls).catch((error: unknown) => {
      // Outside the procedures nothing else maps errors: their SQL must not reach the client.
      throw toTrpcError(error, opened, 'authentication')
    }),
    origin: readOrigin(request.headers),
    workspace: request.headers.get('x-palate-workspace'),
    idempotencyKey: request.headers.get('idempotency-key'),
  }
}

async function findCaller(request: Request, calls: number): Promise<Caller> {
  const bearer = /^Bearer (plt_\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  const key = bearer ? await resolveApiKey(await deps(), bearer) : null
  if (key) return key
  const session = bearer ? null : await findSession()
  if (session) return session
  await anonymous.take(readOrigin(request.headers).address, calls)
  return { kind: 'nobody' }
}
