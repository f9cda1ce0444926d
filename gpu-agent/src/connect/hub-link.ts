import { AgentError } from '@palate/protocol'
import { io, type Socket } from 'socket.io-client'
import type { z } from 'zod'
import { FinalError } from '../files/retry'

const answerMs = 30_000
const retryRefusedMs = 10_000
const tryAnotherMs = 500

/**
 * The agent's one socket to the hub. It dials out, comes back by itself, and is `ready` only between a hello that the
 * hub has answered and the next disconnect: nothing but the hello is sent outside of that.
 */
export class HubLink {
  private readonly socket: Socket
  private readySignal = deferred()
  private isReady = false
  private features: ReadonlySet<string> = new Set()

  constructor(
    hubUrl: string,
    /** The credential as it is at the moment of connecting. */
    credential: () => string,
    private readonly handlers: {
      /** Says hello, and gives back what the hub says it understands; the link is ready when it resolves. */
      onConnect: () => Promise<readonly string[]>
      onDisconnect: (reason: string) => void
      onRefused: (message: string) => void
      /** The hub does not know the credential. Returns whether there is another to try. */
      onUnknown?: () => boolean
    },
  ) {
    this.socket = io(new URL('/agent', hubUrl).toString(), {
      path: '/socket.io',
      auth: (give) => give({ credential: credential() }),
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 10_000,
      autoConnect: false,
    })
    this.socket.on('connect', () => void this.greet())
    this.socket.on('disconnect', (reason) => {
      this.setReady(false)
      handlers.onDisconnect(reason)
      // A hub that closes on purpose (a restart, a revoked credential) is asked again; socket.io does not by itself.
      if (reason === 'io server disconnect') setTimeout(() => this.socket.connect(), 1000).unref()
    })
    this.socket.on('connect_error', (error) => {
      handlers.onRefused(error.message)
      const another = isUnknown(error) && handlers.onUnknown?.()
      if (!this.socket.active)
        setTimeout(() => this.socket.connect(), another ? tryAnotherMs : retryRefusedMs).unref()
    })
  }

  open(): void {
    this.socket.connect()
  }

  close(): void {
    this.setReady(false)
    this.socket.removeAllListeners()
    this.socket.disconnect()
  }

  /** Connects anew, for a hello under another credential. */
  renew(): void {
    this.socket.disconnect().connect()
  }

  on(event: string, handler: (payload: unknown, ack: (answer: unknown) => void) => void): void {
    this.socket.on(event, (payload: unknown, ack?: unknown) => {
      handler(payload, typeof ack === 'function' ? (ack as (answer: unknown) => void) : () => undefined)
    })
  }

  /** Resolves when the hub has answered a hello; rejects with the signal's reason. */
  async ready(signal: AbortSignal): Promise<void> {
    while (!this.isReady) {
      signal.throwIfAborted()
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(signal.reason)
        signal.addEventListener('abort', abort, { once: true })
        void this.readySignal.promise.then(() => {
          signal.removeEventListener('abort', abort)
          resolve()
        })
      })
    }
  }

  /**
   * Asks the hub and parses its answer.
   *
   * @throws FinalError with the hub's code when it refuses; Error when the connection broke or no answer came
   */
  async call<Schema extends z.ZodType>(
    event: string,
    payload: unknown,
    answer: Schema,
  ): Promise<z.output<Schema>> {
    if (!this.socket.connected) throw new Error('The hub is not connected.')
    const value: unknown = await this.socket.timeout(answerMs).emitWithAck(event, payload)
    const errorResponse = AgentError.safeParse(value)
    if (errorResponse.success) {
      const { code, message } = errorResponse.data.error
      throw passing.has(code) ? new Error(message) : new FinalError(message, code)
    }
    return answer.parse(value)
  }

  /** Whether the hub of the last hello understands an event that older hubs do not. */
  understands(event: string): boolean {
    return this.features.has(event)
  }

  /** Sends without an answer; dropped while there is no connection. */
  tell(event: string, payload: unknown): void {
    if (this.isReady) this.socket.emit(event, payload)
  }

  private async greet(): Promise<void> {
    const { id } = this.socket
    try {
      this.features = new Set(await this.handlers.onConnect())
      if (this.socket.connected && this.socket.id === id) this.setReady(true)
    } catch (error) {
      this.handlers.onRefused(error instanceof Error ? error.message : String(error))
      if (this.socket.id === id) setTimeout(() => this.again(id), 2000).unref()
    }
  }

  private again(id: string | undefined): void {
    if (this.socket.connected && this.socket.id === id) void this.greet()
  }

  private setReady(ready: boolean): void {
    if (ready === this.isReady) return
    this.isReady = ready
    if (ready) this.readySignal.resolve()
    else this.readySignal = deferred()
  }
}

/** Whether the hub refused who knocked; it says why in `data`. */
const isUnknown = (error: Error) =>
  'data' in error && AgentError.shape.error.safeParse(error.data).data?.code === 'unauthenticated'

/** Codes that pass by themselves. */
const passing = new Set(['unavailable', 'rate_limited', 'conflict', 'internal'])

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
