import { stat } from 'node:fs/promises'
import type { Lease, TrainerEvent } from '@palate/protocol'
import { hashFile } from '../files/cache'
import type { HubHttp } from '../files/hub-http'
import { fileInside } from '../files/inside'
import { FinalError, retry } from '../files/retry'

type Artifact = Extract<TrainerEvent, { type: 'artifact' }>

/**
 * Uploads a file that the trainer announced; repeated until the hub has it, and harmless when it already has.
 *
 * @returns the event as it is true of the bytes that were sent
 * @throws PathEscape when it lies outside the work folder, FinalError when the hub refuses it or it changed
 */
export async function uploadArtifact(
  artifact: Artifact,
  context: {
    lease: Lease
    workDir: string
    http: HubHttp
    signal: AbortSignal
    onFailure: (error: unknown) => void
  },
): Promise<Artifact> {
  const { lease, http, signal } = context
  const path = await fileInside(context.workDir, artifact.path)
  const sizeBytes = (await stat(path)).size
  const sha256 = await hashFile(path)
  if (sha256 !== artifact.sha256)
    throw new FinalError(`${artifact.path} changed after the trainer had announced it.`, 'changed')
  const query = new URLSearchParams({ path: artifact.path, role: artifact.role })
  const target = `/files/attempts/${encodeURIComponent(lease.attemptId)}/artifacts?${query}`
  await retry((one) => http.putFile(target, { path, sizeBytes, sha256 }, lease.token, one), {
    signal,
    onFailure: context.onFailure,
  })
  return { ...artifact, sizeBytes, sha256 }
}
