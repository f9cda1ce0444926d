import { parseTrainerLine, type TrainerEvent } from '@palate/protocol'
import type { Execution } from './execution'
import { canceled, crashFailure, failed, type RunEnd, silentFailure, stoppedOutside } from './failure'
import { probeConnection } from './probe-connection'
import type { Child } from './process/child'
import { countOomKills } from './process/memory'
import { UploadQueue } from './work/artifacts'

const reportFullEveryMs = 5000
const spoolFull =
  'The spool has reached its quota, so the trainer waits until the hub takes events. Check that the hub can be reached, or raise PALATE_SPOOL_QUOTA_BYTES.'

const logChars = 16_000
const textChars = 100_000

/** Reads a trainer's output until it exits: spools its events, uploads its artifacts, and ends it when needed. */
export async function follow(child: Child, execution: Execution): Promise<RunEnd> {
  const { lease, timings, cancel, halt } = execution
  const oomKillsBefore = (await countOomKills()) ?? 0
  const uploads = new UploadQueue(execution, () => child.end(timings.stopGraceMs))
  const watchdog = watch(child, execution)
  const release = [
    listen(cancel, () => child.end(timings.cancelGraceMs)),
    listen(halt, () => child.end(timings.stopGraceMs)),
  ]
  try {
    const end = await readEvents(child, execution, uploads, watchdog.refresh)
    const exit = await child.exited
    if (!end && !cancel.aborted) spoolStderr(child, execution)
    const oomKills = ((await countOomKills()) ?? 0) - oomKillsBefore
    const crash = { kind: lease.kind, stderr: child.stderrTail(), oomKills }
    const uploadFailure = await uploads.drain()
    if (uploadFailure) return cancel.aborted ? canceled() : uploadFailure
    // A cancel that came while a stopped run saved its model.
    if (end?.stopped?.reason === 'request' && cancel.aborted) return canceled()
    if (end) return isStoppedOutside(end, cancel) ? failed(stoppedOutside) : end
    if (watchdog.isSilent()) return failed(silentFailure(timings.silenceMs))
    return cancel.aborted ? canceled() : failed(crashFailure(exit, crash))
  } finally {
    watchdog.stop()
    for (const one of release) one()
  }
}

/** @returns the trainer's `run-end`; null when it exits without one */
async function readEvents(
  child: Child,
  execution: Execution,
  uploads: UploadQueue,
  onLine: () => void,
): Promise<RunEnd | null> {
  const { spool, timings, halt, redactor } = execution
  let end: RunEnd | null = null
  let reportedFullAt = 0
  for await (const line of child.lines) {
    onLine()
    if (end || execution.isLost()) continue
    const event = redactor.cleanEvent(clipEvent(parseTrainerLine(line)))
    // While the agent stops, a last checkpoint must still reach the hub, or no attempt would resume from it.
    if (halt.aborted) {
      if (event.type !== 'run-end' && event.type !== 'artifact') spool.append(event)
    } else if (event.type === 'run-end') {
      end = event
      child.killAfter(timings.lingerMs)
    } else if (event.type === 'artifact') uploads.add(event)
    else spool.append(event.type === 'probe' ? await withConnection(event, execution) : event)
    if (spool.isFull) {
      if (Date.now() - reportedFullAt > reportFullEveryMs) execution.onFailure(new Error(spoolFull))
      reportedFullAt = Date.now()
      await spool.room(halt)
      onLine()
    }
  }
  return end
}

/** The trainer has no connection to the hub, so the agent measures it. */
async function withConnection(
  event: Extract<TrainerEvent, { type: 'probe' }>,
  { http, lease, cancel, halt }: Execution,
): Promise<TrainerEvent> {
  return { ...event, ...(await probeConnection(http, lease.token, AbortSignal.any([cancel, halt]))) }
}

function spoolStderr(child: Child, { spool, redactor }: Execution): void {
  const tail = child.stderrTail()
  if (tail) spool.append({ type: 'log', level: 'error', text: redactor.clean(tail).slice(-12_000) })
}

/** Ends a trainer that prints nothing for `silenceMs`, unless it waits for room in the spool. */
function watch(child: Child, { spool, timings }: Execution) {
  let silent = false
  const timer = setTimeout(() => {
    if (spool.isFull) return void timer.refresh()
    silent = true
    child.end(timings.lingerMs)
  }, timings.silenceMs)
  return {
    refresh: () => void timer.refresh(),
    isSilent: () => silent,
    stop: () => clearTimeout(timer),
  }
}

/** A trainer that stopped on a signal that the agent did not send. */
function isStoppedOutside(end: RunEnd, cancel: AbortSignal): boolean {
  return end.status === 'canceled' && !cancel.aborted
}

function listen(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
  return () => signal.removeEventListener('abort', act)
}

/** Bounds the size of one event, so that a chunk always fits into a message. */
function clipEvent(event: TrainerEvent): TrainerEvent {
  switch (event.type) {
    case 'log':
      return { ...event, text: clip(event.text, logChars) }
    case 'sample':
      return { ...event, prompt: clip(event.prompt, textChars), text: clip(event.text, textChars) }
    case 'generation':
      return { ...event, text: clip(event.text, textChars) }
    case 'metric':
      return { ...event, values: finite(event.values) }
    default:
      return event
  }
}

const clip = (text: string, chars: number) => (text.length > chars ? `${text.slice(0, chars)} […]` : text)

function finite(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)))
}
