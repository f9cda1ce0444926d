import { type ApiContext, type Caller, toTrpcError } from '@palate/api'
import { resolveApiKey } from '@palate/core'
import { deps } from './deps'
import { findSession } from './session'

/** The caller of a procedure: an API key if the request has one (nobody if it is invalid), else the session's user. */
export async function createApiContext(request: Request): Promise<ApiContext> {
  const opened = await deps()
  return {
    deps: opened,
    caller: await findCaller(request).catch((error: unknown) => {
      // Outside the procedures nothing else maps errors: their SQL must not reach the client.
      throw toTrpcError(error, opened, 'authentication')
    }),
    workspace: request.headers.get('x-palate-workspace'),
    idempotencyKey: request.headers.get('idempotency-key'),
  }
}

async function findCaller(request: Request): Promise<Caller> {
  const bearer = /^Bearer (plt_\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  if (bearer) return (await resolveApiKey(await deps(), bearer)) ?? { kind: 'nobody' }
  return (await findSession()) ?? { kind: 'nobody' }
}
