import { type OutgoingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'

/** Where a flood goes to, and from which address it comes: one that no proxy is trusted at. */
export interface Target {
  webPort: number
  hubPort: number
  from: string
  seconds: number
}

export interface Tally {
  sent: number
  /** Answered with an error, or cut. */
  refused: number
}

interface Sent {
  port: number
  path: string
  method?: string
  headers?: OutgoingHttpHeaders
  body?: Buffer | string
}

/** One flood: what it has sent, and what came of it. Nothing that fails here is an error: that is what is measured. */
export class Attack {
  readonly tally: Tally = { sent: 0, refused: 0 }
  private readonly endsAt: number
  private readonly sockets = new Set<Socket>()

  constructor(readonly target: Target) {
    this.endsAt = Date.now() + target.seconds * 1000
  }

  get isOver(): boolean {
    return Date.now() >= this.endsAt
  }

  /** The same thing again and again, from so many clients at once, to the end of the flood. */
  async repeat(clients: number, act: () => Promise<unknown>): Promise<void> {
    const one = async () => {
      while (!this.isOver) {
        const started = Date.now()
        await act()
        // A client that is refused at once must not become a loop that measures only itself.
        if (Date.now() - started < 5) await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    await Promise.all(Array.from({ length: clients }, one))
  }

  /** @returns the status of the answer, or null where the connection was cut */
  send({ port, path, method = 'GET', headers = {}, body }: Sent): Promise<number | null> {
    this.tally.sent += 1
    return new Promise((resolve) => {
      const settle = (status: number | null) => {
        clearTimeout(timer)
        if (status === null || status >= 400) this.tally.refused += 1
        resolve(status)
        sent.destroy()
      }
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const sent = request({
        ...{ host: '127.0.0.1', port, path, method, localAddress: this.target.from, agent: false },
        headers: { ...length, ...headers },
      })
      const timer = setTimeout(() => settle(null), Math.max(0, this.endsAt - Date.now()) + 500)
      sent.once('response', (response) => {
        response.resume()
        response.once('close', () => settle(response.statusCode ?? null))
      })
      sent.once('error', () => settle(null))
      sent.end(body)
    })
  }

  /**
   * A connection of bytes. `feed` is called again and again until it returns null; then the connection is held open to
   * the end of the flood, or until the server cuts it.
   */
  hold(port: number, feed: () => Buffer | string | null, everyMs = 0): Promise<void> {
    this.tally.sent += 1
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress: this.target.from })
      this.sockets.add(socket)
      let isDone = false
      const next = () => {
        if (isDone || socket.destroyed) return
        const piece = feed()
        if (piece === null) return
        const again = () => (everyMs > 0 ? setTimeout(next, everyMs) : setImmediate(next))
        if (socket.write(piece)) again()
        else socket.once('drain', again)
      }
      const end = setTimeout(() => socket.destroy(), Math.max(0, this.endsAt - Date.now()))
      socket.once('connect', next)
      socket.on('data', () => undefined)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        isDone = true
        clearTimeout(end)
        this.sockets.delete(socket)
        if (!this.isOver) this.tally.refused += 1
        resolve()
      })
    })
  }
}

/** The opening of a WebSocket. */
export function upgradeOf(path: string, headers: string[] = []): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: palate',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: cGFsYXRlLXBhbGF0ZS1wYQ==',
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** The head of a masked text frame of any announced length; its mask is zero, so that the text follows as it is. */
export function frameHead(length: number): Buffer {
  const head = Buffer.alloc(14)
  head[0] = 0x81
  head[1] = 0xff
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}
