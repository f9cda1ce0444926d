import { AgentError } from '@palate/protocol'
import { io, type Socket } from 'socket.io-client'
import type { z } from 'zod'
import { FinalError } from '../files/retry'

const replyMs = 30_000
const retryRefusedMs = 10_000
const tryAnotherMs = 500

/**
 * The agent's one socket to the hub. It connects from the agent's side, reconnects by itself, and is `ready` only from
 * the hub's reply to a hello until the next disconnect: outside of that it sends nothing but the hello.
 */
export class HubLink {
  private readonly socket: Socket
  private readySignal = deferred()
  private isReady = false

  constructor(
    hubUrl: string,
    /** The credential to show, read again for each connection. */
    credential: () => string,
    private readonly handlers: {
      /** Sends the hello; the link is ready when this resolves. */
      onConnect: () => Promise<void>
      onDisconnect: (reason: string) => void
      onRefused: (message: string) => void
      /** The hub does not know the credential. Returns whether there is another one to try. */
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
      // socket.io does not reconnect by itself after a hub closed on purpose (a restart, a revoked credential).
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

  /** Reconnects, for a hello with another credential. */
  renew(): void {
    this.socket.disconnect().connect()
  }

  on(event: string, handler: (payload: unknown, respond: (reply: unknown) => void) => void): void {
    this.socket.on(event, (payload: unknown, ack?: unknown) => {
      handler(payload, typeof ack === 'function' ? (ack as (reply: unknown) => void) : () => undefined)
    })
  }

  /** Resolves when the hub has replied to a hello; rejects with the signal's reason. */
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
   * Sends a request and parses the hub's reply.
   *
   * @throws FinalError with the hub's code when it refuses; Error when the connection broke or no reply came
   */
  async call<Schema extends z.ZodType>(
    event: string,
    payload: unknown,
    reply: Schema,
  ): Promise<z.output<Schema>> {
    if (!this.socket.connected) throw new Error('The hub is not connected.')
    const value: unknown = await this.socket.timeout(replyMs).emitWithAck(event, payload)
    const errorResponse = AgentError.safeParse(value)
    if (errorResponse.success) {
      const { code, message } = errorResponse.data.error
      throw temporary.has(code) ? new Error(message) : new FinalError(message, code)
    }
    return reply.parse(value)
  }

  /** Sends without expecting a reply; dropped while there is no connection. */
  notify(event: string, payload: unknown): void {
    if (this.isReady) this.socket.emit(event, payload)
  }

  private async greet(): Promise<void> {
    const { id } = this.socket
    try {
      await this.handlers.onConnect()
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

/** Whether the hub refused the credential; its error is in `data`. */
const isUnknown = (error: Error) =>
  'data' in error && AgentError.shape.error.safeParse(error.data).data?.code === 'unauthenticated'

/** Codes of errors that trying again can solve. */
const temporary = new Set(['unavailable', 'rate_limited', 'conflict', 'internal'])

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
