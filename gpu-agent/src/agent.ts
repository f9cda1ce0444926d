import { join } from 'node:path'
import { findDiskProblem } from '@palate/config'
import {
  AgentHello,
  CancelPush,
  type CheckpointReport,
  type HardwareSample,
  HelloReply,
  type Lease,
  protocolVersion,
  RunLinesReply,
  StopPush,
} from '@palate/protocol'
import type { Logger } from 'pino'
import { z } from 'zod'
import { type Credential, obtainCredential } from './connect/credential'
import { HubLink } from './connect/hub-link'
import type { Settings } from './env'
import { createObjectCache } from './files/cache'
import { createHubHttp } from './files/hub-http'
import { retry } from './files/retry'
import { describeHardware, Sampler } from './hardware/machine'
import { lockHome } from './home-lock'
import { Leaser } from './lease/leaser'
import { Slots } from './lease/slots'
import { Attempt, type AttemptTools } from './run/attempt'
import { failed, setupFailure } from './run/failure'
import { commandFor, kindsOf } from './run/process/command'
import { recoverAttempts } from './run/recover'
import { defaultTimings, type Timings } from './run/timings'
import { attemptFolder, makeAttemptFolder, removeAttempt, writeState } from './run/work/attempt-folder'
import { pruneCheckpoints } from './run/work/kept-checkpoints'
import { Server } from './serve/server'

const day = 24 * 60 * 60_000
const version = '0.1.0'

/** The agent process: one link to the hub, at most one attempt per slot, and chat answers at the same time. */
export class Agent {
  private readonly attempts = new Map<string, Attempt>()
  /** Granted leases whose attempts are not open yet; a hello must report them too. */
  private readonly pending = new Map<string, Lease>()
  private readonly stopping = new AbortController()
  private draining = false
  private leaser: Leaser | null = null
  private working: Promise<void> = Promise.resolve()
  private lastReport: Promise<void> = Promise.resolve()

  private constructor(
    private readonly settings: Settings,
    private readonly log: Logger,
    private readonly tools: AttemptTools,
    private readonly hello: Omit<AgentHello, 'running' | 'draining'>,
    private readonly server: Server,
    private readonly credential: Credential,
    private readonly unlock: () => Promise<void>,
  ) {}

  /** Enrolls if needed, recovers attempts from disk, connects, and works until `stop`. @throws Error with a remedy */
  static async start(settings: Settings, log: Logger, timings: Timings = defaultTimings): Promise<Agent> {
    const unlock = await lockHome(settings.home)
    const onFailure = (error: unknown) =>
      log.warn({ reason: String(error) }, 'enrolling failed, the agent tries again')
    const credential = await obtainCredential(settings, { signal: new AbortController().signal, onFailure })
    log.info({ agentId: credential.agentId, hub: settings.hubUrl }, 'enrolled')
    const http = createHubHttp(settings.hubUrl)
    const cache = createObjectCache(join(settings.home, 'cache'), http)
    const link: HubLink = new HubLink(settings.hubUrl, () => credential.current, {
      onConnect: () => agent.greet(),
      onDisconnect: (reason) => {
        log.warn({ reason }, 'the hub is disconnected')
        agent.server.cancelAll()
      },
      onRefused: (reason) => log.warn({ reason }, 'the hub refused the connection, the agent tries again'),
      onUnknown: () => {
        const another = credential.refused()
        if (!another) agent.onRevoked()
        return another
      },
    })
    const tools: AttemptTools = {
      ...{ link, cache, http, timings, log, spoolQuotaBytes: settings.spoolQuotaBytes },
      redactor: settings.redactor,
      commandFor: (lease, jobFile) => commandFor(lease, jobFile, settings),
    }
    const hello = {
      protocol: { min: protocolVersion, max: protocolVersion },
      ...{ version, labels: settings.labels, kinds: kindsOf(settings), serving: true },
      hardware: await describeHardware(settings.childEnv),
    }
    let rotating = false
    link.on('rotate', async () => {
      // One at a time: the hub accepts the newest one that it sent, and a second reply could be lost with the connection.
      if (rotating) return
      rotating = true
      await credential.rotate(link).then(
        () => log.info('the credential was changed'),
        (error: unknown) => log.warn({ reason: String(error) }, 'the credential could not be changed'),
      )
      rotating = false
    })
    const server = new Server({ link, cache, log, childEnv: settings.childEnv })
    const agent = new Agent(settings, log, tools, hello, server, credential, unlock)
    await agent.begin()
    return agent
  }

  /** Ends the runs with a checkpoint, keeps their spools for the next start, and disconnects. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The agent stops.'))
    for (const attempt of this.attempts.values()) attempt.stop()
    await this.working
    await this.server.close()
    this.tools.link.close()
    await this.unlock()
  }

  /** Takes no new runs; resolves when the current ones have ended, or when `deadline` aborts. */
  async drain(deadline?: AbortSignal): Promise<void> {
    this.draining = true
    this.tools.link.notify('drain', { draining: true })
    this.log.info({ running: this.attempts.size + this.pending.size }, 'the agent takes no new runs')
    this.leaser?.drain()
    const late = new Promise<void>((resolve) => deadline?.addEventListener('abort', () => resolve()))
    await (deadline ? Promise.race([this.working, late]) : this.working)
  }

  /** The hub no longer accepts this agent, so the results of its runs would be refused. */
  private onRevoked(): void {
    if (this.attempts.size === 0) return
    this.log.warn(
      { running: this.attempts.size },
      'this agent was revoked: it stops its runs and keeps their checkpoints; enroll it again on the Agents page',
    )
    for (const attempt of this.attempts.values()) attempt.stop()
  }

  private async begin(): Promise<void> {
    const { link, cache } = this.tools
    await cache.prune(30 * day)
    await this.tidyCheckpoints()
    const { gpus: cards } = this.hello.hardware
    this.log.info(
      { gpus: cards.map(({ name }) => name) },
      cards.length > 0 ? 'GPUs found' : 'no GPU found by nvidia-smi, training uses the CPU',
    )
    const leftovers = await recoverAttempts(this.settings.home, this.tools, this.log)
    for (const attempt of leftovers) this.attempts.set(attempt.lease.attemptId, attempt)
    const gpus = cards.map(({ uuid }) => uuid)
    const leaser = new Leaser(
      link,
      {
        kinds: this.hello.kinds,
        slots: new Slots(gpus),
        holding: () => [...this.attempts.keys(), ...this.pending.keys()],
        pollMs: this.tools.timings.pollWorkMs,
      },
      this.log,
    )
    this.leaser = leaser
    const sampler = new Sampler({ folder: this.settings.home, env: this.settings.childEnv, gpus })
    void sampler.run(this.tools.timings.sampleEveryMs, (sample) => this.report(sample), this.stopping.signal)
    link.on('stop', (payload) => {
      const push = StopPush.safeParse(payload)
      if (push.success) void this.attempts.get(push.data.attemptId)?.stopAfter(push.data.afterStep)
    })
    link.on('cancel', (payload) => {
      const push = CancelPush.safeParse(payload)
      if (push.success) this.attempts.get(push.data.attemptId)?.cancel()
    })
    const tidy = setInterval(() => void this.reportCheckpoints(), this.tools.timings.tidyEveryMs)
    this.stopping.signal.addEventListener('abort', () => clearInterval(tidy))
    this.server.listen()
    link.open()
    this.working = this.work(leaser, leftovers).catch((error: unknown) => {
      if (!this.stopping.signal.aborted)
        this.log.error({ reason: String(error) }, 'the agent stopped after an error')
    })
  }

  private async work(leaser: Leaser, leftovers: Attempt[]): Promise<void> {
    const { signal } = this.stopping
    const outcomes = await Promise.all(
      leftovers.map((attempt) => this.finish(attempt, () => attempt.finishLeftover())),
    )
    // A second hello without them: the hub marks them as lost and queues their runs again.
    if (outcomes.includes('left')) await retry(() => this.greetWhenReady(), { signal })
    await leaser.run((lease) => this.execute(lease), signal)
  }

  private async execute(lease: Lease): Promise<boolean> {
    this.pending.set(lease.attemptId, lease)
    try {
      const folder = attemptFolder(this.settings.home, lease.runId, lease.attemptId)
      await makeAttemptFolder(folder)
      await writeState(folder, { lease, process: null })
      const attempt = await Attempt.open(lease, folder, this.tools)
      const { runId, attemptId, kind, gpus } = lease
      this.log.info({ runId, attemptId, kind, gpus }, 'attempt started')
      return (await this.finish(attempt, () => attempt.run())) === 'delivered'
    } catch (error) {
      this.log.error({ runId: lease.runId, reason: String(error) }, 'the attempt could not be started')
      return await this.reportUnstarted(lease, error)
    } finally {
      this.pending.delete(lease.attemptId)
    }
  }

  /** Ends a run for which the agent's disk has no folder and so no spool: otherwise it would look as if it ran. */
  private async reportUnstarted(lease: Lease, error: unknown): Promise<boolean> {
    const { runId, attemptId, epoch } = lease
    const { signal } = this.stopping
    if (!findDiskProblem(error)) return false
    const line = JSON.stringify({ seq: 1, at: Date.now(), event: failed(setupFailure(error)) })
    const lines = Buffer.from(`${line}\n`)
    const send = () => this.tools.link.call('run-lines', { runId, attemptId, epoch, lines }, RunLinesReply)
    await removeAttempt(attemptFolder(this.settings.home, runId, attemptId), false).catch(() => undefined)
    return retry(send, { signal }).then(
      () => true,
      () => false,
    )
  }

  private async finish(attempt: Attempt, task: () => ReturnType<Attempt['run']>) {
    const { runId, attemptId } = attempt.lease
    this.attempts.set(attemptId, attempt)
    this.pending.delete(attemptId)
    try {
      const outcome = await task()
      this.log.info({ runId, attemptId, outcome }, 'attempt ended')
      return outcome
    } finally {
      this.attempts.delete(attemptId)
      void this.reportCheckpoints()
    }
  }

  private report(sample: HardwareSample): void {
    this.tools.link.notify('hardware', { sample })
    for (const attempt of this.attempts.values()) attempt.note(sample)
  }

  /** Removes the checkpoints that are too old or too many. @returns what this agent keeps */
  private tidyCheckpoints(): Promise<CheckpointReport> {
    const { home, checkpoints } = this.settings
    const leases = [...this.pending.values(), ...[...this.attempts.values()].map(({ lease }) => lease)]
    const busy = new Set(leases.map(({ runId }) => runId))
    return pruneCheckpoints(home, checkpoints, { now: Date.now(), busy })
  }

  /** Reports which runs could be resumed here. A report that gets lost is followed by another: at each hello. */
  private reportCheckpoints(): Promise<void> {
    const turn = this.lastReport.then(async () => {
      const report = await this.tidyCheckpoints()
      await this.tools.link.call('checkpoints', report, z.null())
    })
    this.lastReport = turn.catch((error: unknown) => {
      if (!this.stopping.signal.aborted)
        this.log.warn({ reason: String(error) }, 'the kept checkpoints could not be reported')
    })
    return this.lastReport
  }

  private async greetWhenReady(): Promise<void> {
    await this.tools.link.ready(this.stopping.signal)
    await this.greet()
  }

  /** Reports what runs here, and does what the hub replies: continue, cancel or stop. */
  private async greet(): Promise<void> {
    const attempts = [...this.attempts.values()]
    const running = attempts.map((attempt) => attempt.describe())
    for (const { runId, attemptId, epoch } of this.pending.values())
      running.push({ runId, attemptId, epoch, lastSeq: 0 })
    const reply = await this.tools.link.call(
      'hello',
      AgentHello.parse({ ...this.hello, draining: this.draining, running }),
      HelloReply,
    )
    await this.credential
      .accepted()
      .catch((error: unknown) =>
        this.log.warn({ reason: String(error) }, 'the credential could not be saved'),
      )
    for (const attempt of attempts) {
      const kept = reply.keep.find(({ attemptId }) => attemptId === attempt.lease.attemptId)
      if (!kept) attempt.lose()
      else await attempt.acknowledge(kept.ackedSeq)
      if (kept) attempt.follow(kept)
    }
    this.log.info({ running: running.length, stop: reply.stop.length }, 'connected')
    void this.reportCheckpoints()
  }
}
