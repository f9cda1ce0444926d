import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AgentHello,
  CheckpointReport,
  EnrollRequest,
  type Lease,
  LeaseRequest,
  RunLines,
  SpooledEvent,
} from '@palate/protocol'
import { FileStore } from '@tus/file-store'
import { Server as TusServer } from '@tus/server'
import { Server, type Socket } from 'socket.io'

/** A chunk of a spool, parsed. */
export type TestChunk = Omit<RunLines, 'lines'> & { events: SpooledEvent[] }

export type TestAttempt = {
  lease: Lease
  events: SpooledEvent[]
  lost: boolean
  cancel: boolean
  stopAfterStep: number | null
  artifacts: Map<string, Buffer>
}

/**
 * A hub on a free port that speaks the real protocol over real sockets and keeps everything in memory, with switches
 * to misbehave.
 */
export class TestHub {
  readonly attempts = new Map<string, TestAttempt>()
  readonly objects = new Map<string, Buffer>()
  readonly hellos: AgentHello[] = []
  readonly queue: Lease[] = []
  readonly codes = new Set(['code-12345678'])
  readonly credentials = new Set(['credential-1'])
  /** The newest report of what the agent keeps. */
  checkpoints: CheckpointReport | null = null
  readonly received: { event: string; payload: unknown }[] = []
  /** Called for each chunk before it is stored; closing the socket there loses the ack. */
  beforeAck: (chunk: TestChunk, socket: Socket) => void | Promise<void> = () => undefined
  afterStore: (chunk: TestChunk, socket: Socket) => void = () => undefined
  httpFailures = 0
  /** The new credential that it accepts; a test sets another one than it sends, as when two replies cross. */
  rotatesTo = 'credential-2'
  private readonly partial = mkdtempSync(join(tmpdir(), 'palate-test-hub-'))
  private readonly tus = this.openTus()
  private readonly http = createServer((request, response) => void this.serve(request, response))
  private readonly io = new Server(this.http, { path: '/socket.io', maxHttpBufferSize: 8e6 })

  static async start(): Promise<TestHub> {
    const hub = new TestHub()
    const agents = hub.io.of('/agent')
    agents.use((socket, next) => {
      next(hub.credentials.has(socket.handshake.auth.credential) ? undefined : unknown())
    })
    agents.on('connection', (socket) => hub.greet(socket))
    await new Promise<void>((resolve) => hub.http.listen(0, '127.0.0.1', resolve))
    return hub
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`
  }

  get sockets() {
    return this.io.of('/agent').sockets
  }

  /** Queues a run; a later attempt of it is leased when this one is lost. */
  lease(
    runId: string,
    config: Record<string, unknown>,
    inputs: Record<string, string | Buffer> = {},
    kind: Lease['kind'] = 'pretrain',
  ) {
    const lease: Lease = {
      runId,
      attemptId: `${runId.replace('run_', 'att_')}_1`,
      epoch: 1,
      kind,
      seed: 7,
      config,
      inputs: Object.entries(inputs).map(([name, bytes]) => this.store(name, Buffer.from(bytes))),
      resume: null,
      stopAfterStep: null,
      token: `lease-token.${runId.replace('run_', 'att_')}_1`,
      leaseMs: 600_000,
      gpus: [],
    }
    this.queue.push(lease)
    this.io.of('/agent').emit('work', {})
    return lease
  }

  /** Another attempt of a run that has ended, as after somebody resumed it. */
  leaseAgain(before: Lease, resume: Lease['resume']): Lease {
    const epoch = before.epoch + 1
    const attemptId = before.attemptId.replace(/_\d+$/, `_${epoch}`)
    const lease = { ...before, attemptId, epoch, resume, token: `lease-token.${attemptId}` }
    this.queue.push(lease)
    this.io.of('/agent').emit('work', {})
    return lease
  }

  store(name: string, bytes: Buffer) {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.objects.set(sha256, bytes)
    return { name, path: `/files/objects/${sha256}`, sizeBytes: bytes.length, sha256 }
  }

  push(event: string, payload: unknown): void {
    this.io.of('/agent').emit(event, payload)
  }

  attemptsOf(runId: string): TestAttempt[] {
    return [...this.attempts.values()].filter(({ lease }) => lease.runId === runId)
  }

  endOf(runId: string) {
    const events = this.attemptsOf(runId).flatMap((attempt) => attempt.events.map(({ event }) => event))
    return events.find((event) => event.type === 'run-end') ?? null
  }

  /** Bytes of uploads that are not complete yet. */
  async bytesOnDisk(): Promise<number> {
    const files = (await readdir(this.partial)).filter((name) => !name.endsWith('.json'))
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(this.partial, name))).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  async stop(): Promise<void> {
    await this.io.close()
    await rm(this.partial, { recursive: true, force: true })
  }

  private greet(socket: Socket): void {
    socket.on('hello', (payload, ack) => {
      const hello = AgentHello.parse(payload)
      this.hellos.push(hello)
      if (socket.handshake.auth.credential === 'credential-2') this.credentials.delete('credential-1')
      ack(this.reconcile(hello))
    })
    socket.on('lease-request', (payload, ack) => {
      this.received.push({ event: 'lease-request', payload: LeaseRequest.parse(payload) })
      const lease = this.queue.shift() ?? null
      if (lease)
        this.attempts.set(lease.attemptId, {
          lease,
          events: [],
          lost: false,
          cancel: false,
          stopAfterStep: null,
          artifacts: new Map(),
        })
      ack(lease)
    })
    socket.on('checkpoints', (payload, ack) => {
      this.checkpoints = CheckpointReport.parse(payload)
      ack(null)
    })
    socket.on('rotate-credential', (payload, ack) => {
      this.received.push({ event: 'rotate-credential', payload })
      this.credentials.add(this.rotatesTo)
      ack({ credential: 'credential-2' })
    })
    socket.on('lease-renewal', (payload: { attemptId: string }, ack) => {
      this.received.push({ event: 'lease-renewal', payload })
      const attempt = this.attempts.get(payload.attemptId)
      const { lost = true, cancel = false, stopAfterStep = null } = attempt ?? {}
      ack({ lost, cancel, stopAfterStep })
    })
    socket.on('run-lines', async (payload, ack) => {
      const chunk = parseChunk(payload)
      await this.beforeAck(chunk, socket)
      const attempt = this.attempts.get(chunk.attemptId)
      if (!attempt || attempt.lost) return ack({ ackedSeq: 0, lost: true })
      for (const event of chunk.events)
        if (event.seq === attempt.events.length + 1) attempt.events.push(event)
      this.afterStore(chunk, socket)
      ack({ ackedSeq: attempt.events.length, lost: false })
    })
    for (const event of ['serve-token', 'serve-end', 'hardware', 'drain'])
      socket.on(event, (payload) => this.received.push({ event, payload }))
  }

  private reconcile(hello: AgentHello) {
    const keep = []
    const stop = []
    for (const attempt of this.attempts.values()) {
      const { attemptId } = attempt.lease
      const reported = hello.running.some((running) => running.attemptId === attemptId)
      const over = attempt.lost || attempt.events.at(-1)?.event.type === 'run-end'
      if (reported && attempt.lost) stop.push(attemptId)
      else if (reported)
        keep.push({
          attemptId,
          ackedSeq: attempt.events.length,
          cancel: attempt.cancel,
          stopAfterStep: attempt.stopAfterStep,
        })
      else if (!over) this.requeue(attempt)
    }
    return { agentId: 'agent_1', protocol: 1, keep, stop }
  }

  private requeue(attempt: TestAttempt): void {
    attempt.lost = true
    const epoch = attempt.lease.epoch + 1
    const attemptId = attempt.lease.attemptId.replace(/_\d+$/, `_${epoch}`)
    const steps = this.attemptsOf(attempt.lease.runId).flatMap(({ events }) =>
      events.flatMap(({ event }) => (event.type === 'checkpoint' ? [event.step] : [])),
    )
    const resume =
      steps.length > 0
        ? { attemptId: attempt.lease.attemptId, step: Math.max(...steps), required: false }
        : null
    const { stopAfterStep } = attempt
    const token = `lease-token.${attemptId}`
    this.queue.push({ ...attempt.lease, attemptId, epoch, resume, stopAfterStep, token })
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://hub')
    if (url.pathname.startsWith('/socket.io')) return
    const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value))
    if (this.httpFailures > 0) {
      this.httpFailures -= 1
      request.resume()
      return void answer(503, { error: { code: 'unavailable', message: 'not now' } })
    }
    if (url.pathname.startsWith('/files/artifacts')) return this.tus.handle(request, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (url.pathname === '/files/health') return void answer(200, { ok: true })
    if (url.pathname.startsWith('/files/probe/'))
      return void response.writeHead(200).end(Buffer.alloc(2 ** 20, 7))
    if (url.pathname === '/files/agents/enroll') {
      const { code } = EnrollRequest.parse(JSON.parse(body.toString()))
      if (!this.codes.delete(code))
        return void answer(401, { error: { code: 'unauthenticated', message: 'This code was used.' } })
      return void answer(200, { agentId: 'agent_1', workspaceId: 'ws_1', credential: 'credential-1' })
    }
    const object = this.objects.get(url.pathname.replace('/files/objects/', ''))
    if (object) return void response.writeHead(200, { 'content-length': object.length }).end(object)
    answer(404, { error: { code: 'not_found', message: 'There is nothing here.' } })
  }

  private openTus(): TusServer {
    const attemptOf = (headers: Headers) => {
      const attempt = this.attempts.get(
        headers.get('authorization')?.replace('Bearer lease-token.', '') ?? '',
      )
      if (!attempt || attempt.lost) throw errorResponse(409, 'lease_lost', 'The lease is over.')
      return attempt
    }
    return new TusServer({
      path: '/files/artifacts',
      datastore: new FileStore({ directory: this.partial }),
      relativeLocation: true,
      namingFunction: () => randomUUID(),
      onIncomingRequest: async (request) => void attemptOf(request.headers),
      onUploadFinish: async (request, upload) => {
        const bytes = await readFile(join(this.partial, upload.id))
        if (createHash('sha256').update(bytes).digest('hex') !== upload.metadata?.sha256)
          throw errorResponse(400, 'invalid', 'The hash differs.')
        attemptOf(request.headers).artifacts.set(upload.metadata?.path ?? '', bytes)
        return {}
      },
    })
  }
}

function parseChunk(payload: unknown): TestChunk {
  const { lines, ...attempt } = RunLines.parse(payload)
  const texts = Buffer.from(lines).toString('utf8').trimEnd().split('\n')
  return { ...attempt, events: texts.map((text) => SpooledEvent.parse(JSON.parse(text))) }
}

const errorResponse = (status_code: number, code: string, message: string) => ({
  status_code,
  body: JSON.stringify({ error: { code, message } }),
})

const unknown = () =>
  Object.assign(new Error('unknown credential'), {
    data: { code: 'unauthenticated', message: 'This agent is not enrolled.' },
  })
