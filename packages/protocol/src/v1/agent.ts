import { z } from 'zod'
import { HardwareSample } from './hardware'
import { RunKind } from './run'
import { maxPerMachine, ShortText } from './short-text'
import { notUnderstood, TrainerEvent } from './trainer'

export const protocolVersion = 1

/** The first version of the agent that speaks each protocol: what one that is too old is told to become. */
export const agentVersionOf: Readonly<Record<number, string>> = { 1: '0.1.0' }

export const Gpu = z.object({
  uuid: ShortText,
  name: ShortText,
  memoryBytes: z.int().nonnegative(),
  driver: ShortText,
})
export type Gpu = z.infer<typeof Gpu>

export const Hardware = z.object({
  hostname: ShortText,
  cpuModel: ShortText,
  cpuCores: z.int().positive(),
  memoryBytes: z.int().nonnegative(),
  gpus: z.array(Gpu).max(maxPerMachine),
})
export type Hardware = z.infer<typeof Hardware>

/** POST /files/agents/enroll: a one-use code for a credential that is shown once and stored hashed. */
export const EnrollRequest = z.strictObject({
  code: z.string().min(8).max(200),
  name: z.string().min(1).max(80),
})
export type EnrollRequest = z.infer<typeof EnrollRequest>
export const EnrollResponse = z.object({
  agentId: z.string(),
  workspaceId: z.string(),
  credential: z.string(),
})
export type EnrollResponse = z.infer<typeof EnrollResponse>

/** What a running attempt's owner says of itself when it (re)connects. */
export const RunningAttempt = z.object({
  runId: ShortText,
  attemptId: ShortText,
  epoch: z.int().positive(),
  lastSeq: z.int().nonnegative(),
})
export type RunningAttempt = z.infer<typeof RunningAttempt>

/** What every version of a hello has, so that an agent too old or too new for the rest of it is told so. */
export const HelloHead = z.object({
  protocol: z.object({ min: z.int(), max: z.int() }),
  version: z.string().max(100).catch('unknown'),
})
export type HelloHead = z.infer<typeof HelloHead>

/** A word that runs may ask for. */
export const AgentLabel = ShortText.min(1).max(60, 'longer than 60 characters')
export const agentLabelLimit = 20

/** agent → hub, first message after the socket opened. */
export const AgentHello = z.object({
  protocol: z.object({ min: z.int(), max: z.int() }),
  version: ShortText,
  labels: z.array(AgentLabel).max(agentLabelLimit),
  kinds: z.array(ShortText).max(maxPerMachine),
  hardware: Hardware,
  running: z.array(RunningAttempt).max(maxPerMachine),
  serving: z.boolean(),
  /** The agent finishes what it runs and takes nothing new: it is about to be upgraded or shut down. */
  draining: z.boolean().default(false),
})
export type AgentHello = z.infer<typeof AgentHello>

/** The hub's answer: attempts to go on with (and from which sequence number to send), attempts to stop. */
export const HelloReply = z.object({
  agentId: z.string(),
  protocol: z.int(),
  keep: z.array(z.object({ attemptId: z.string(), ackedSeq: z.int().nonnegative(), cancel: z.boolean() })),
  stop: z.array(z.string()),
  /** What this hub understands beyond the protocol's first form, by the event's name: `run-lines`. */
  features: z.array(z.string()).default([]),
})
export type HelloReply = z.infer<typeof HelloReply>

/** A file the attempt needs; fetched from `path` on the hub's origin with the lease token, checked by its hash. */
export const LeaseInput = z.object({
  name: z.string(),
  path: z.string(),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string(),
})
export type LeaseInput = z.infer<typeof LeaseInput>

/**
 * agent → hub `lease-request`; the answer is a Lease or null when nothing fits. `freeGpus` are the ids of GPUs on which
 * nothing trains (empty on a machine without one, which has one place of its own); `holding` are the attempts that the
 * agent knows it has, so that a lease whose answer got lost is given again.
 */
export const LeaseRequest = z.object({
  kinds: z.array(ShortText).max(maxPerMachine),
  freeGpus: z.array(ShortText).max(maxPerMachine).optional(),
  holding: z.array(ShortText).max(maxPerMachine).optional(),
})
export type LeaseRequest = z.infer<typeof LeaseRequest>

export const Lease = z.object({
  runId: z.string(),
  attemptId: z.string(),
  epoch: z.int().positive(),
  kind: RunKind,
  seed: z.int().nonnegative(),
  config: z.record(z.string(), z.unknown()),
  /** Keys are the names in the job; a folder input is several files that share the key's prefix (`model/config.json`). */
  inputs: z.array(LeaseInput),
  resume: z.object({ step: z.int().nonnegative(), attemptId: z.string() }).nullable(),
  token: z.string(),
  leaseMs: z.int().positive(),
  /** GPUs that are this attempt's own; more than one means one process each, through accelerate. */
  gpus: z.array(z.string()).default([]),
})
export type Lease = z.infer<typeof Lease>

const attemptRef = { runId: z.string(), attemptId: z.string(), epoch: z.int().positive() }

/** agent → hub every 30 s. `cancel` in the answer repeats a persisted wish; `lost` means: stop, the lease passed on. */
export const LeaseRenewal = z.object(attemptRef)
export type LeaseRenewal = z.infer<typeof LeaseRenewal>
export const LeaseRenewalReply = z.object({ lost: z.boolean(), cancel: z.boolean() })
export type LeaseRenewalReply = z.infer<typeof LeaseRenewalReply>

/** An event of a type that only a newer agent knows is kept as a log line: it must not hold up the batch it is in. */
export const SpooledEvent = z.object({
  seq: z.int().positive(),
  at: z.number(),
  event: TrainerEvent.catch(({ value }) => notUnderstood(JSON.stringify(value) ?? 'nothing')),
})
export type SpooledEvent = z.infer<typeof SpooledEvent>

export const eventBatchLimit = 1000

/** agent → hub: a batch from the spool in rising sequence. */
export const EventBatch = z.object({
  ...attemptRef,
  events: z.array(SpooledEvent).min(1).max(eventBatchLimit),
})
export type EventBatch = z.infer<typeof EventBatch>

/**
 * agent → hub `run-lines`, for hubs that name it in their hello: the same batch as the spool has it, a JSON text of
 * `SpooledEvent` a line. Neither end writes it anew. The answer is the same; batches of one attempt may follow each
 * other without waiting, and are recorded in the order in which they were sent.
 */
export const EventLines = z.object({ ...attemptRef, lines: z.instanceof(Uint8Array) })
export type EventLines = z.infer<typeof EventLines>

export const EventBatchReply = z.object({ ackedSeq: z.int().nonnegative(), lost: z.boolean() })
export type EventBatchReply = z.infer<typeof EventBatchReply>

/** agent → hub `hardware`, every 5 s, without an answer: what is lost is followed by the next one. */
export const HardwareReport = z.object({ sample: HardwareSample })
export type HardwareReport = z.infer<typeof HardwareReport>

/** agent → hub `drain`: from now on it takes nothing new (or, with false, it does again). */
export const DrainNotice = z.object({ draining: z.boolean() })
export type DrainNotice = z.infer<typeof DrainNotice>

/** agent → hub `rotate-credential`: the answer is the new one; the old one works until the next hello under the new. */
export const RotateReply = z.object({ credential: z.string() })
export type RotateReply = z.infer<typeof RotateReply>

/** hub → agent `cancel`. A push only hurries what the next renewal would say. */
export const CancelPush = z.object({ attemptId: z.string() })
export type CancelPush = z.infer<typeof CancelPush>

export const AgentError = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
export type AgentError = z.infer<typeof AgentError>
