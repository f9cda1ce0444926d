import { z } from 'zod'
import { HardwareSample } from './hardware'
import { RunKind } from './run'
import { maxPerMachine, ShortText } from './text'
import { notUnderstood, TrainerEvent } from './trainer'

export const protocolVersion = 1

/** The first version of the agent that speaks each protocol: an older agent must be updated to it. */
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

/** POST /files/agents/enroll: a one-time code for a credential that is shown once and stored hashed. */
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

/** An attempt that the agent runs or must still deliver, reported when it connects. */
export const RunningAttempt = z.object({
  runId: ShortText,
  attemptId: ShortText,
  epoch: z.int().positive(),
  lastSeq: z.int().nonnegative(),
})
export type RunningAttempt = z.infer<typeof RunningAttempt>

/** The part of a hello that is the same in every protocol version. It is read first, for an error that names the version. */
export const HelloHead = z.object({
  protocol: z.object({ min: z.int(), max: z.int() }),
  version: ShortText,
})
export type HelloHead = z.infer<typeof HelloHead>

/** A label that runs may require. */
export const AgentLabel = ShortText.min(1).max(60, 'longer than 60 characters')
export const agentLabelLimit = 20

/** A checkpoint that an agent keeps of a run that has ended without a model, so that the run can be resumed. */
export const KeptCheckpoint = z.object({
  runId: ShortText,
  step: z.int().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  /** In milliseconds since 1970. */
  keptUntil: z.number(),
})
export type KeptCheckpoint = z.infer<typeof KeptCheckpoint>

/** agent → hub `checkpoints`, after each hello and each change: all that it keeps, and how much for how long. */
export const CheckpointReport = z.object({
  keepMs: z.int().nonnegative(),
  budgetBytes: z.int().nonnegative(),
  kept: z.array(KeptCheckpoint).max(1000),
})
export type CheckpointReport = z.infer<typeof CheckpointReport>

/** agent → hub `hello`, the first message on a new socket. */
export const AgentHello = z.object({
  protocol: z.object({ min: z.int(), max: z.int() }),
  version: ShortText,
  labels: z.array(AgentLabel).max(agentLabelLimit),
  kinds: z.array(RunKind).max(maxPerMachine),
  hardware: Hardware,
  running: z.array(RunningAttempt).max(maxPerMachine),
  serving: z.boolean(),
  /** The agent finishes its runs and takes no new ones, before an upgrade or a shutdown. */
  draining: z.boolean(),
})
export type AgentHello = z.infer<typeof AgentHello>

/**
 * What users ask of a running attempt. `cancel`: end without a model. `stopAfterStep`: end after the first step that is
 * not before this one, and deliver the model; null where nobody asked. Cancel wins.
 */
const wishes = { cancel: z.boolean(), stopAfterStep: z.int().nonnegative().nullable() }
export type RunWishes = { cancel: boolean; stopAfterStep: number | null }

/** The hub's reply: attempts to continue (and the last sequence number that it has), attempts to stop. */
export const HelloReply = z.object({
  agentId: z.string(),
  protocol: z.int(),
  keep: z.array(z.object({ attemptId: z.string(), ackedSeq: z.int().nonnegative(), ...wishes })),
  stop: z.array(z.string()),
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
 * agent → hub `lease-request`; the reply is a Lease, or null when no run fits. `freeGpus` are the ids of idle GPUs
 * (empty on a machine without GPUs, which has one slot); `holding` are the attempts that the agent knows it has, so that
 * a lease whose reply was lost is given again.
 */
export const LeaseRequest = z.object({
  kinds: z.array(RunKind).max(maxPerMachine),
  freeGpus: z.array(ShortText).max(maxPerMachine),
  holding: z.array(ShortText).max(maxPerMachine),
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
  /** `required`: without this checkpoint the attempt fails instead of starting over. */
  resume: z.object({ step: z.int().nonnegative(), attemptId: z.string(), required: z.boolean() }).nullable(),
  stopAfterStep: wishes.stopAfterStep,
  token: z.string(),
  leaseMs: z.int().positive(),
  /** GPUs reserved for this attempt; with more than one, accelerate starts one process for each. */
  gpus: z.array(z.string()),
  /** Of an import: a person's access token for the Hugging Face hub. */
  hubToken: z.string().optional(),
})
export type Lease = z.infer<typeof Lease>

const attemptRef = { runId: z.string(), attemptId: z.string(), epoch: z.int().positive() }

/** agent → hub every 30 s. `lost`: another attempt has the lease, stop. */
export const LeaseRenewal = z.object(attemptRef)
export type LeaseRenewal = z.infer<typeof LeaseRenewal>
export const LeaseRenewalReply = z.object({ lost: z.boolean(), ...wishes })
export type LeaseRenewalReply = z.infer<typeof LeaseRenewalReply>

/** An event that does not match its schema is kept as a log line: one bad event must not block the spool behind it. */
export const SpooledEvent = z.object({
  seq: z.int().positive(),
  at: z.number(),
  event: TrainerEvent.catch(({ value }) => notUnderstood(JSON.stringify(value) ?? 'nothing')),
})
export type SpooledEvent = z.infer<typeof SpooledEvent>

export const maxChunkEvents = 1000

/**
 * agent → hub `run-lines`: a chunk of the spool as it is on disk, one `SpooledEvent` as JSON on each line, in rising
 * sequence. Several chunks of an attempt may be in flight; the hub records them in the order in which they were sent.
 */
export const RunLines = z.object({ ...attemptRef, lines: z.instanceof(Uint8Array) })
export type RunLines = z.infer<typeof RunLines>

/** How far the spool may be trimmed; `lost`: another attempt has the lease, nothing of the chunk was taken. */
export const RunLinesReply = z.object({ ackedSeq: z.int().nonnegative(), lost: z.boolean() })
export type RunLinesReply = z.infer<typeof RunLinesReply>

/** agent → hub `hardware`, every 5 s, without a reply: a lost report is followed by the next. */
export const HardwareReport = z.object({ sample: HardwareSample })
export type HardwareReport = z.infer<typeof HardwareReport>

/** agent → hub `drain`: from now on the agent takes no new runs (or, with false, takes them again). */
export const DrainNotice = z.object({ draining: z.boolean() })
export type DrainNotice = z.infer<typeof DrainNotice>

/** agent → hub `rotate-credential`: the reply is the new one; the old one works until the first hello with the new one. */
export const RotateReply = z.object({ credential: z.string() })
export type RotateReply = z.infer<typeof RotateReply>

/** hub → agent `cancel`. The next renewal says the same; the push is only faster. */
export const CancelPush = z.object({ attemptId: z.string() })
export type CancelPush = z.infer<typeof CancelPush>

/** hub → agent `stop`: end after this step and keep the model. The next renewal says the same. */
export const StopPush = z.object({ attemptId: z.string(), afterStep: z.int().nonnegative() })
export type StopPush = z.infer<typeof StopPush>

export const AgentError = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
export type AgentError = z.infer<typeof AgentError>
