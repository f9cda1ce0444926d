import type { Lease } from '@palate/protocol'
import type { ObjectCache } from '../files/cache'
import type { HubHttp } from '../files/hub-http'
import type { Redactor } from '../redact'
import type { Command } from './process/child'
import type { Spool } from './spool/spool'
import type { Timings } from './timings'
import type { AttemptFolder } from './work/attempt-folder'

/** What the parts of an attempt's execution share. */
export type Execution = {
  lease: Lease
  folder: AttemptFolder
  spool: Spool
  cache: ObjectCache
  http: HubHttp
  timings: Timings
  redactor: Redactor
  commandFor: (jobFile: string) => Command
  /** The run was canceled: the trainer writes its checkpoint and the run ends as canceled. */
  cancel: AbortSignal
  /** The lease was lost or the agent stops: the trainer ends, and the attempt ends without a run-end. */
  halt: AbortSignal
  /** Whether the lease was lost: nothing more is spooled. */
  isLost: () => boolean
  onFailure: (error: unknown) => void
}
