import type { IncomingMessage } from 'node:http'
import { limits } from '@palate/config'
import { clientAddress } from '@palate/core'
import type { Server, Socket } from 'socket.io'

type Connection = Socket['conn']

interface Held {
  address: string
  /** Whether it still has to say who it is. */
  waiting: boolean
  /** What it may still send; an agent may send any amount. */
  bytesLeft: number
}

/**
 * What a connection may send before anyone knows who it is: small messages, few bytes in all, for a few seconds, and
 * not from thousands of connections of one address at once. An agent that has shown its credential may send more.
 */
export class ConnectionLimits {
  private readonly held = new WeakMap<Connection, Held>()
  private readonly waiting = new Map<string, number>()

  constructor(private readonly trustedProxies: readonly string[]) {}

  /** Whether the sender may open one more connection. */
  hasRoom(request: IncomingMessage): boolean {
    return (this.waiting.get(this.addressOf(request)) ?? 0) < limits.socket.waitingPerAddress
  }

  /** Watches all connections from now on. The default namespace is for nobody. */
  watch(io: Server): void {
    io.engine.on('connection', (connection: Connection) => this.open(connection))
    io.use((_socket, next) => next(new Error('Connect to /agent or to /live.')))
  }

  /** Of a connection that has shown who it is. */
  authenticated({ conn }: Socket): void {
    const held = this.held.get(conn)
    if (held) this.stopWaiting(held)
  }

  /** Of an agent: engine.io fixes the size of messages when a connection opens, so it is raised where it is checked. */
  trust({ conn }: Socket): void {
    const held = this.held.get(conn)
    if (held) held.bytesLeft = Number.POSITIVE_INFINITY
    raiseMessageLimit(conn)
    conn.on('upgrade', () => raiseMessageLimit(conn))
  }

  private open(connection: Connection): void {
    const address = this.addressOf(connection.request)
    const held = { address, waiting: true, bytesLeft: limits.socket.connectionBytes }
    this.held.set(connection, held)
    this.waiting.set(address, (this.waiting.get(address) ?? 0) + 1)
    connection.on('close', () => this.stopWaiting(held))
    connection.on('data', (data: string | Buffer) => {
      held.bytesLeft -= data.length
      if (held.bytesLeft < 0) connection.close(true)
    })
  }

  private stopWaiting(held: Held): void {
    if (!held.waiting) return
    held.waiting = false
    const left = (this.waiting.get(held.address) ?? 1) - 1
    if (left > 0) this.waiting.set(held.address, left)
    else this.waiting.delete(held.address)
  }

  private addressOf({ socket, headers }: IncomingMessage): string {
    const forwarded = String(headers['x-forwarded-for'] ?? '')
    return clientAddress(socket.remoteAddress, forwarded, this.trustedProxies)
  }
}

/** Long polling checks its transport's limit; a WebSocket that of the receiver in ws. A test sends a large message. */
function raiseMessageLimit({ transport }: Connection): void {
  const { agentMessageBytes } = limits.socket
  Reflect.set(transport, 'maxHttpBufferSize', agentMessageBytes)
  const receiver = read(read(transport, 'socket'), '_receiver')
  if (receiver) Reflect.set(receiver, '_maxPayload', agentMessageBytes)
}

function read(owner: unknown, name: string): object | null {
  if (typeof owner !== 'object' || owner === null) return null
  const value: unknown = Reflect.get(owner, name)
  return typeof value === 'object' ? value : null
}
