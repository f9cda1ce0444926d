import type { RunProgress } from '@palate/db'
import type {
  LiveTopic,
  ModelFacts,
  PreflightReport,
  ProbeResult,
  RunSummary,
  SpooledEvent,
  TrainerEvent,
} from '@palate/protocol'
import { advanceProgress, forgetSpeed } from './progress'

export interface EventDigest {
  progress: RunProgress | null
  /** What the trainer reported at its start: device, precision, parameters. */
  environment: Record<string, unknown> | null
  checkpointStep: number | null
  preflight: PreflightReport | null
  /** What a probe measured of the agent's machine. */
  probe: ProbeResult | null
  summary: RunSummary | null
  /** What an import found out about its model. */
  model: ModelFacts | null
}

/** What a chunk changes about its attempt: the last event of each kind. @param before the run's progress so far */
export function digestEvents(events: readonly SpooledEvent[], before: RunProgress | null): EventDigest {
  const digest: EventDigest = {
    progress: null,
    environment: null,
    checkpointStep: null,
    preflight: null,
    probe: null,
    summary: null,
    model: null,
  }
  for (const { event, at } of events) {
    if (event.type === 'progress') digest.progress = advanceProgress(digest.progress ?? before, event, at)
    else if (event.type === 'checkpoint') digest.checkpointStep = event.step
    else if (event.type === 'run-end') digest.summary = event.summary ?? null
    else if (event.type === 'preflight') {
      const { type: _type, ...preflight } = event
      digest.preflight = preflight
    } else if (event.type === 'probe') {
      const { type: _type, ...probe } = event
      digest.probe = probe
    } else if (event.type === 'model') {
      const { type: _type, ...model } = event
      digest.model = model
    } else if (event.type === 'run-start') {
      const { type: _type, ...environment } = event
      digest.environment = environment
      const known = digest.progress ?? before
      if (known) digest.progress = forgetSpeed(known)
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
  model: 'run',
  'run-end': 'run',
  progress: 'run-progress',
  metric: 'run-metrics',
  log: 'run-logs',
  sample: 'run-samples',
}

export function topicsOf(events: readonly SpooledEvent[]): Set<LiveTopic> {
  return new Set(events.flatMap(({ event }) => topics[event.type] ?? []))
}
