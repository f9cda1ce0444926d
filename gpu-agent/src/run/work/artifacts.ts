import { stat } from 'node:fs/promises'
import type { Lease, TrainerEvent } from '@palate/protocol'
import { hashFile } from '../../files/cache'
import type { HubHttp } from '../../files/hub-http'
import { fileInside } from '../../files/inside'
import { FinalError, retry } from '../../files/retry'
import type { Execution } from '../execution'
import { failed, type RunEnd, setupFailure } from '../failure'

type Artifact = Extract<TrainerEvent, { type: 'artifact' }>

/** Uploads artifacts one after another while the trainer works; an artifact's event is spooled after its upload. */
export class UploadQueue {
  private last: Promise<void> = Promise.resolve()
  private failure: RunEnd | null = null

  constructor(
    private readonly execution: Execution,
    private readonly onFailed: () => void,
  ) {}

  add(artifact: Artifact): void {
    this.last = this.last.then(() => this.upload(artifact))
  }

  /** Waits for the last upload. @returns the run's failure when an upload failed */
  async drain(): Promise<RunEnd | null> {
    await this.last
    return this.failure
  }

  private async upload(artifact: Artifact): Promise<void> {
    const { lease, folder, http, cancel, halt, spool, onFailure } = this.execution
    if (this.failure || halt.aborted) return
    try {
      const signal = AbortSignal.any([cancel, halt])
      const onUploadFailure = (error: unknown, failures: number) => {
        onFailure(error)
        if (failures === 1 && !halt.aborted) spool.append(waits(artifact, error))
      }
      const context = { lease, workDir: folder.work, http, signal, onFailure: onUploadFailure }
      const sent = await uploadArtifact(artifact, context)
      if (!halt.aborted) spool.append(sent)
    } catch (error) {
      this.failure = failed(setupFailure(error))
      if (!halt.aborted) this.onFailed()
    }
  }
}

/** A hub whose disk is full refuses uploads until somebody frees it: those who watch the run must see why it waits. */
function waits({ path }: Artifact, error: unknown): TrainerEvent {
  const reason = error instanceof Error ? error.message : String(error)
  return { type: 'log', level: 'warn', text: `${path} is not uploaded yet, the agent tries again: ${reason}` }
}

/**
 * Uploads a file that the trainer announced, and resumes after interruptions until the hub has all of it.
 *
 * @returns the event with the size and hash of the uploaded bytes
 * @throws PathEscape when it is outside the work folder, FinalError when the hub refuses it or it has changed
 */
async function uploadArtifact(
  artifact: Artifact,
  context: {
    lease: Lease
    workDir: string
    http: HubHttp
    signal: AbortSignal
    onFailure: (error: unknown, failures: number) => void
  },
): Promise<Artifact> {
  const { lease, http, signal } = context
  const path = await fileInside(context.workDir, artifact.path)
  const sizeBytes = (await stat(path)).size
  const sha256 = await hashFile(path)
  if (sha256 !== artifact.sha256)
    throw new FinalError(`${artifact.path} has changed since the trainer announced it.`, 'changed')
  const metadata = { path: artifact.path, role: artifact.role, sha256 }
  const upload = http.upload({ path, sizeBytes, metadata }, lease.token)
  await retry((one) => upload.send(one), { signal, onFailure: context.onFailure })
  return { ...artifact, sizeBytes, sha256 }
}
