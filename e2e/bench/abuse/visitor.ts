import { setTimeout as sleep } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'

const pauseMs = 250
const pushTimeoutMs = 5000

export interface Work {
  done: number
  failed: string[]
  slowestMs: number
}

/**
 * A person who works while the floods go on: signed in with a password, on pages and procedures, with an open socket that
 * must be notified of a run that they create; and beside them a visitor of the public chat.
 */
export class Visitor {
  private work: Work = emptyWork()
  private stopped = false
  private loop: Promise<void> = Promise.resolve()

  private constructor(
    private readonly origin: string,
    private readonly cookie: string,
    private readonly socket: Socket,
  ) {}

  static async start(origin: string, owner: { email: string; password: string }): Promise<Visitor> {
    const cookie = await signIn(origin, owner)
    const answer = await fetch(`${origin}/api/trpc/live.ticket`, { headers: { cookie } })
    const { result } = (await answer.json()) as { result: { data: { json: Record<string, string> } } }
    const socket = io(`${origin}/live`, { auth: result.data.json, transports: ['websocket'], forceNew: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    const visitor = new Visitor(origin, cookie, socket)
    socket.on('disconnect', (reason) => visitor.work.failed.push(`the socket was closed: ${reason}`))
    visitor.loop = visitor.run()
    return visitor
  }

  /** What was done since the last call. */
  take(): Work {
    const taken = this.work
    this.work = emptyWork()
    return taken
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.loop
    this.socket.off('disconnect')
    this.socket.disconnect()
  }

  private async run(): Promise<void> {
    const signedIn = { headers: { cookie: this.cookie } }
    const steps: [what: string, act: () => Promise<number>][] = [
      ['the overview', () => this.read('/', signedIn)],
      [
        'runs',
        () =>
          this.read('/api/trpc/run.list?batch=1&input=%7B%220%22%3A%7B%22json%22%3A%7B%7D%7D%7D', signedIn),
      ],
      ['who am I', () => this.read('/api/trpc/session.me', signedIn)],
      ['the public chat', () => this.read('/chat', {})],
      ['models', () => this.read('/v1/models', {})],
      ['a new run', () => this.createRun()],
    ]
    for (let at = 0; !this.stopped; at += 1) {
      const [what, act] = steps[at % steps.length] ?? ['', async () => 200]
      const started = performance.now()
      const status = await act().catch(reasonOf)
      const took = performance.now() - started
      this.work.done += 1
      this.work.slowestMs = Math.max(this.work.slowestMs, took)
      if (status !== 200) this.work.failed.push(`${what}: ${status}`)
      await sleep(Math.max(0, pauseMs - took))
    }
  }

  private async read(path: string, init: RequestInit): Promise<number> {
    const response = await fetch(`${this.origin}${path}`, { redirect: 'manual', ...init })
    await response.text()
    return response.status
  }

  /** It counts only when the socket was notified of it. */
  private async createRun(): Promise<number> {
    const heard = new Promise<void>((resolve) => this.socket.once('changed', () => resolve()))
    const status = await this.read('/api/trpc/run.create', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.cookie },
      body: JSON.stringify({ json: { kind: 'pretrain', config: {} } }),
    })
    const late = sleep(pushTimeoutMs).then(() => {
      throw new Error('the socket was not notified of it')
    })
    late.catch(() => undefined)
    await Promise.race([heard, late])
    return status
  }
}

/** `fetch` says only that it failed; why is in the cause. */
const reasonOf = (error: unknown) =>
  String(error instanceof Error && error.cause !== undefined ? error.cause : error)

const emptyWork = (): Work => ({ done: 0, failed: [], slowestMs: 0 })

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

async function signIn(
  origin: string,
  { email, password }: { email: string; password: string },
): Promise<string> {
  const asked = await fetch(`${origin}/api/auth/csrf`)
  const { csrfToken } = (await asked.json()) as { csrfToken: string }
  const body = new URLSearchParams({ email, password, csrfToken, json: 'true' })
  const headers = { cookie: cookiesOf(asked) }
  const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
    ...{ method: 'POST', headers, body, redirect: 'manual' as const },
  })
  const cookie = cookiesOf(answer)
  if (!cookie.includes('session-token')) throw new Error(`The bench could not sign in: ${answer.status}.`)
  return cookie
}
