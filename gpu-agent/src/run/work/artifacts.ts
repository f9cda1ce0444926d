import { stat } from 'node:fs/promises'
import type { Lease, TrainerEvent } from '@palate/protocol'
import { hashFile } from '../../files/cache'
import type { HubHttp } from '../../files/hub-http'
import { fileInside } from '../../files/inside'
import { FinalError, retry } from '../../files/retry'

type Artifact = Extract<TrainerEvent, { type: 'artifact' }>

/**
 * Uploads a file that the trainer announced, going on where a cut line stopped, until the hub has it whole.
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
  const metadata = { path: artifact.path, role: artifact.role, sha256 }
  const upload = http.upload({ path, sizeBytes, metadata }, lease.token)
  await retry((one) => upload.send(one), { signal, onFailure: context.onFailure })
  return { ...artifact, sizeBytes, sha256 }
}
