import type { Deps, Serving } from '@palate/core'
import type { LeaseInput, ServeModel } from '@palate/protocol'

const serveSeconds = 600

/** The ticket allows this agent to fetch these weights and no others, for as long as the download may take. */
export async function toServeModel(
  deps: Deps,
  agentId: string,
  { workspaceId, model }: Serving,
): Promise<ServeModel> {
  const { modelVersionId, base, adapter } = model
  const objects = [base, ...(adapter ? [adapter] : [])].map(({ sha256 }) => sha256)
  return {
    modelVersionId,
    base: toInput(base),
    adapter: adapter && toInput(adapter),
    token: await deps.tickets.sign('serve', { workspaceId, agentId, objects }, serveSeconds),
  }
}

function toInput({ name, sizeBytes, sha256 }: Serving['model']['base']): LeaseInput {
  return { name, sizeBytes, sha256, path: `/files/objects/${sha256}` }
}
