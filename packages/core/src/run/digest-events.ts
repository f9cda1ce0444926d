import type { RunProgress } from '@palate/db'
import type { ProbeResult, ProofReport, Receipt, SpooledEvent } from '@palate/protocol'

export interface EventDigest {
  progress: RunProgress | null
  /** What the trainer said of its machine at its start: device, precision, parameters. */
  environment: Record<string, unknown> | null
  checkpointStep: number | null
  proof: ProofReport | null
  /** What was measured of the agent's box. */
  probe: ProbeResult | null
  receipt: Receipt | null
}

/** What a batch says about the state of its attempt: of each kind, the last word counts. */
export function digestEvents(events: readonly SpooledEvent[]): EventDigest {
  const digest: EventDigest = {
    progress: null,
    environment: null,
    checkpointStep: null,
    proof: null,
    probe: null,
    receipt: null,
  }
  for (const { event } of events) {
    if (event.type === 'progress')
      digest.progress = { stage: event.stage, step: event.step, totalSteps: event.totalSteps }
    else if (event.type === 'checkpoint') digest.checkpointStep = event.step
    else if (event.type === 'run-end') digest.receipt = event.receipt ?? null
    else if (event.type === 'proof') {
      const { type: _type, ...proof } = event
      digest.proof = proof
    } else if (event.type === 'probe') {
      const { type: _type, ...probe } = event
      digest.probe = probe
    } else if (event.type === 'run-start') {
      const { type: _type, ...environment } = event
      digest.environment = environment
    }
  }
  return digest
}
