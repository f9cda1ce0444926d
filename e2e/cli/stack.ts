import { type ApiContext, appRouter } from '@palate/api'
import { readTrustedProxies } from '@palate/config/http/table'
import { createApiKey, type Deps, resolveApiKey } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { startTestHub } from '../../apps/hub/src/testing/hub'
import { createReverseProxy } from '../../apps/web/reverse-proxy.mjs'
import { listen } from './palate'

/** A workspace behind one origin, as the web process has it: the procedures, and a real hub for the rest. */
export async function startCliStack(settings: Record<string, string> = {}) {
  const { deps, origin: hubUrl } = await startTestHub(settings)
  const fixture = await createWorkspaceFixture(deps)
  const proxy = createReverseProxy({
    hubUrl: [hubUrl],
    trustedProxies: readTrustedProxies({}),
    handlePage: (request, response) => {
      const path = new URL(request.url ?? '/', 'http://any').pathname.replace(/^\/api\/trpc\/?/, '')
      const createContext = () => contextOf(deps, request.headers)
      void nodeHTTPRequestHandler({ router: appRouter, path, req: request, res: response, createContext })
    },
  })
  const origin = await listen(proxy)
  const { key } = await createApiKey(fixture.owner, { name: 'command line', role: 'engineer' })
  return { deps, fixture, hubUrl, origin, key }
}

async function contextOf(
  deps: Deps,
  { authorization, 'idempotency-key': idempotencyKey }: NodeJS.Dict<string | string[]>,
): Promise<ApiContext> {
  const key = /^Bearer (plt_\S+)$/.exec(String(authorization))?.[1]
  const caller = (key ? await resolveApiKey(deps, key) : null) ?? { kind: 'nobody' as const }
  return { deps, caller, workspace: null, idempotencyKey: idempotencyKey ? String(idempotencyKey) : null }
}
