import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { limits } from '@palate/config'
import { openBudget, openCounter } from '@palate/config/http/budget'
import { clientAddress } from '@palate/config/http/client-address'
import { foreignError, isForeign } from '@palate/config/http/foreign-origin'
import type { Server, Socket } from 'socket.io'

type Connection = Socket['conn']

interface Held {
  /** Gives back its place among those that still have to say who they are. */
  stopWaiting: () => void
  /** What it may still send; an agent may send any amount. */
  bytesLeft: number
  messagesPerMinute: number
  messages: number
  countedSince: number
}

const minuteMs = 60_000

/**
 * What a connection may send before anyone knows who it is: small messages, few bytes in all, for a few seconds, and
 * not from thousands of connections of one address at once. An agent that has shown its credential may send more.
 */
export class ConnectionLimits {
  private readonly held = new WeakMap<Connection, Held>()
  private readonly waiting = openCounter(limits.socket.waitingPerAddress)
  private readonly all = openCounter(limits.socket.perAddress)
  private readonly opened = openBudget(limits.socket.opensPerMinute)
  /** An address whose connections are cut again and again opens no more within the minute. */
  private readonly pointsOfCut = Math.ceil(limits.socket.opensPerMinute / limits.connection.cutsPerMinute)

  /** @param origin the address that people use */
  constructor(
    private readonly trustedProxies: readonly string[],
    private readonly origin: string,
  ) {}

  /** @returns why the sender may not open one more connection, or null */
  async findProblem(request: IncomingMessage): Promise<string | null> {
    if (isForeign(request, this.origin)) return foreignError.message
    const address = this.addressOf(request)
    const hasRoom = this.waiting.hasRoom(address) && this.all.hasRoom(address)
    return hasRoom && (await this.opened.take(address)) ? null : 'Too many connections from this address.'
  }

  /** Watches all connections from now on. The default namespace is for nobody. */
  watch(io: Server): void {
    io.engine.on('connection', (connection: Connection) => this.open(connection))
    io.use((_socket, next) => next(new Error('Connect to /agent or to /live.')))
  }

  /** Of a connection that has shown who it is. */
  authenticated({ conn }: Socket): void {
    this.held.get(conn)?.stopWaiting()
  }

  /** Of an agent: engine.io fixes the size of messages when a connection opens, so it is raised where it is checked. */
  trust({ conn }: Socket): void {
    const held = this.held.get(conn)
    if (held) {
      held.bytesLeft = Number.POSITIVE_INFINITY
      held.messagesPerMinute = limits.socket.agentMessagesPerMinute
    }
    raiseMessageLimit(conn)
    conn.on('upgrade', () => raiseMessageLimit(conn))
  }

  private open(connection: Connection): void {
    const address = this.addressOf(connection.request)
    const { connectionBytes, messagesPerMinute } = limits.socket
    const stopWaiting = this.waiting.enter(address)
    const held = { stopWaiting, bytesLeft: connectionBytes, messagesPerMinute, messages: 0, countedSince: 0 }
    this.held.set(connection, held)
    connection.on('close', stopWaiting)
    connection.on('close', this.all.enter(address))
    const cut = () => {
      void this.opened.take(address, this.pointsOfCut)
      close(connection)
    }
    const count = (bytes: number) => isWithin(held, bytes, Date.now()) || cut()
    connection.on('packet', ({ data }: { data?: string | Buffer }) => count(data?.length ?? 0))
    const watchSocket = () => {
      const socket = webSocketOf(connection)
      // ws answers pings by itself, also those of a client that never reads.
      socket?.on('ping', () => count(0))
      // After a message that is too large ws would read on for half a minute.
      socket?.on('error', cut)
    }
    watchSocket()
    connection.on('upgrade', watchSocket)
  }

  private addressOf({ socket, headers }: IncomingMessage): string {
    const forwarded = String(headers['x-forwarded-for'] ?? '')
    return clientAddress(socket.remoteAddress, forwarded, this.trustedProxies)
  }
}

/** At once: a close waits half a minute for a client that goes on sending and does not answer. */
function close(connection: Connection): void {
  connection.close(true)
  const socket = webSocketOf(connection)
  const terminate: unknown = socket && Reflect.get(socket, 'terminate')
  if (typeof terminate === 'function') Reflect.apply(terminate, socket, [])
}

/** Counts a message. @returns whether the connection may still send it */
function isWithin(held: Held, bytes: number, now: number): boolean {
  if (now - held.countedSince >= minuteMs) {
    held.countedSince = now
    held.messages = 0
  }
  held.messages += 1
  held.bytesLeft -= bytes
  return held.bytesLeft >= 0 && held.messages <= held.messagesPerMinute
}

/** Long polling checks its transport's limit; a WebSocket that of the receiver in ws. A test sends a large message. */
function raiseMessageLimit({ transport }: Connection): void {
  const { agentMessageBytes } = limits.socket
  Reflect.set(transport, 'maxHttpBufferSize', agentMessageBytes)
  const receiver = read(read(transport, 'socket'), '_receiver')
  if (receiver) Reflect.set(receiver, '_maxPayload', agentMessageBytes)
}

function webSocketOf({ transport }: Connection): EventEmitter | null {
  const socket = read(transport, 'socket')
  return socket instanceof EventEmitter ? socket : null
}

function read(owner: unknown, name: string): object | null {
  if (typeof owner !== 'object' || owner === null) return null
  const value: unknown = Reflect.get(owner, name)
  return typeof value === 'object' ? value : null
}
