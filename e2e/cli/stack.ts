import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { type ApiContext, appRouter } from '@palate/api'
import { readTrustedProxies } from '@palate/config/http/table'
import { createApiKey, type Deps, resolveApiKey, storeArtifact } from '@palate/core'
import { createWorkspaceFixture, type TestDeps } from '@palate/core/testing'
import { run } from '@palate/db'
import type { Lease } from '@palate/protocol'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { eq } from 'drizzle-orm'
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

/** What an attempt uploads, as files of the store and rows. */
export async function uploadFiles(
  deps: TestDeps,
  agentId: string,
  { runId, attemptId, epoch }: Lease,
  files: readonly (readonly [role: string, path: string, bytes: Buffer])[],
): Promise<void> {
  const [row] = await deps.all.select().from(run).where(eq(run.id, runId))
  for (const [role, path, bytes] of files) {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const attempt = { workspaceId: row?.workspaceId ?? '', agentId, runId, attemptId, epoch }
    await storeArtifact(deps, attempt, { role, path, sha256, stream: Readable.from([bytes]) })
  }
}
