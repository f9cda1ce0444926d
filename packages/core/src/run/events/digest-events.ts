import type { RunProgress } from '@palate/db'
import type {
  LiveTopic,
  PreflightReport,
  ProbeResult,
  RunSummary,
  SpooledEvent,
  TrainerEvent,
} from '@palate/protocol'

export interface EventDigest {
  progress: RunProgress | null
  /** What the trainer reported at its start: device, precision, parameters. */
  environment: Record<string, unknown> | null
  checkpointStep: number | null
  preflight: PreflightReport | null
  /** What a probe measured of the agent's machine. */
  probe: ProbeResult | null
  summary: RunSummary | null
}

/** The last event of each kind in a chunk that changes the state of its attempt. */
export function digestEvents(events: readonly SpooledEvent[]): EventDigest {
  const digest: EventDigest = {
    progress: null,
    environment: null,
    checkpointStep: null,
    preflight: null,
    probe: null,
    summary: null,
  }
  for (const { event } of events) {
    if (event.type === 'progress')
      digest.progress = { stage: event.stage, step: event.step, totalSteps: event.totalSteps }
    else if (event.type === 'checkpoint') digest.checkpointStep = event.step
    else if (event.type === 'run-end') digest.summary = event.summary ?? null
    else if (event.type === 'preflight') {
      const { type: _type, ...preflight } = event
      digest.preflight = preflight
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

/** The live topic that an event changes. A `generation` is announced by its batch or evaluation. */
const topics: Partial<Record<TrainerEvent['type'], LiveTopic>> = {
  'run-start': 'run',
  preflight: 'run',
  'preflight-row': 'run',
  probe: 'run',
  'run-end': 'run',
  progress: 'run-progress',
  metric: 'run-metrics',
  log: 'run-logs',
  sample: 'run-samples',
}

export function topicsOf(events: readonly SpooledEvent[]): Set<LiveTopic> {
  return new Set(events.flatMap(({ event }) => topics[event.type] ?? []))
}
