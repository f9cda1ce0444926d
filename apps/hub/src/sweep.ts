import {
  announceSilentAgents,
  cleanHubTokens,
  cleanUploads,
  type Deps,
  expireLeases,
  pruneAudit,
} from '@palate/core'
import { GracePeriod } from './grace-period'
import type { ArtifactUploads } from './http/artifact-uploads'
import type { FileUploads } from './http/file-uploads'

interface Sweep {
  name: string
  everyMs: number
  sweep: () => Promise<unknown>
}

const hour = 3_600_000

/** Expires leases that were not renewed, but not right after a time in which no agent could renew one. */
function leaseSweep(deps: Deps): Sweep {
  const everyMs = Math.min(15_000, deps.leaseMs / 4)
  const gracePeriod = new GracePeriod(Math.min(60_000, deps.leaseMs), 2.5 * everyMs)
  const sweep = async () => {
    await deps.sql`select 1`
    if (gracePeriod.isOver(Date.now())) await expireLeases(deps, { unlessAlone: true })
  }
  return { name: 'leases', everyMs, sweep }
}

/** Starts the periodic clean-up tasks. A task that fails is logged and runs again at its next time. */
export function startSweeps(
  deps: Deps,
  {
    rescueJobs,
    artifacts,
    uploads,
  }: { rescueJobs: () => Promise<void>; artifacts: ArtifactUploads; uploads: FileUploads },
): () => void {
  const sweeps: Sweep[] = [
    leaseSweep(deps),
    { name: 'jobs', everyMs: 15_000, sweep: rescueJobs },
    { name: 'silent agents', everyMs: 15_000, sweep: () => announceSilentAgents(deps, 45_000) },
    { name: 'uploads', everyMs: hour, sweep: () => cleanUploads(deps) },
    { name: 'audit log', everyMs: hour, sweep: () => pruneAudit(deps) },
    { name: 'access tokens', everyMs: 60_000, sweep: () => cleanHubTokens(deps) },
    { name: 'abandoned artifact uploads', everyMs: hour, sweep: () => artifacts.clean(24 * hour) },
    { name: 'abandoned uploads', everyMs: hour, sweep: () => uploads.clean(24 * hour) },
    { name: 'half-written objects', everyMs: hour, sweep: () => deps.storage.removeStale(24 * hour) },
  ]
  const timers = sweeps.map(({ name, everyMs, sweep }) => {
    let busy = false
    return setInterval(async () => {
      if (busy) return
      busy = true
      try {
        await sweep()
      } catch (error) {
        deps.log.error({ sweep: name, error: String(error) }, 'a periodic task failed')
      } finally {
        busy = false
      }
    }, everyMs)
  })
  return () => timers.forEach(clearInterval)
}
