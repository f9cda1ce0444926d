import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface Line {
  near: Socket
  far: Socket
  /** Bytes are dropped in both directions, and neither end notices. */
  dead: boolean
  sentBytes: number
  isUpload: boolean
}

/** The network between the agent and the hub: a TCP proxy that can be cut, slow, or half open. */
export class Network {
  private readonly lines = new Set<Line>()
  private mode: 'well' | 'cut' | 'half-open' = 'well'
  private delayMs = 0
  uploadsCut = 0

  private constructor(
    private readonly server: Server,
    private readonly hubPort: number,
    private readonly uploadCuts: number[],
  ) {}

  static async open(hubPort: number, uploadCuts: number[]): Promise<Network> {
    const server = createServer({ allowHalfOpen: false })
    const network = new Network(server, hubPort, [...uploadCuts])
    server.on('connection', (near) => network.join(near))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return network
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.mode = 'cut'
    for (const line of this.lines) this.break(line)
  }

  /** Every connection goes dead without being closed, new ones too. */
  swallow(): void {
    this.mode = 'half-open'
    for (const line of this.lines) line.dead = true
  }

  slow(delayMs: number): void {
    this.delayMs = delayMs
  }

  /** New connections work again; dead ones stay dead until one end gives up. */
  mend(): void {
    this.mode = 'well'
    this.delayMs = 0
  }

  async close(): Promise<void> {
    this.server.close()
    for (const line of this.lines) this.break(line)
  }

  private join(near: Socket): void {
    if (this.mode === 'cut') {
      near.resetAndDestroy()
      return
    }
    const far = connect(this.hubPort, '127.0.0.1')
    const line: Line = { near, far, dead: this.mode === 'half-open', sentBytes: 0, isUpload: false }
    this.lines.add(line)
    void this.carry(line, near, far, (bytes) => this.isCutShort(line, bytes))
    void this.carry(line, far, near, () => false)
    for (const socket of [near, far]) {
      socket.on('error', () => undefined)
      socket.on('close', () => this.end(line, socket))
    }
  }

  /** Passes bytes on in their order, each with the delay of the slow network. */
  private async carry(line: Line, from: Socket, to: Socket, cutShort: (bytes: Buffer) => boolean) {
    try {
      for await (const chunk of from) {
        if (line.dead) continue
        if (this.delayMs > 0) await sleep(this.delayMs)
        if (line.dead) continue
        if (cutShort(chunk as Buffer)) return this.break(line)
        if (!to.writable) return
        if (!to.write(chunk)) await once(to, 'drain')
      }
    } catch {
      // The connection broke; `end` reports that it has closed.
    }
  }

  private isCutShort(line: Line, bytes: Buffer): boolean {
    if (line.sentBytes === 0)
      line.isUpload = /^(POST|PATCH|HEAD) \/files\/artifacts/.test(bytes.toString('latin1', 0, 40))
    line.sentBytes += bytes.length
    const [limit] = this.uploadCuts
    if (!line.isUpload || limit === undefined || line.sentBytes < limit) return false
    this.uploadCuts.shift()
    this.uploadsCut += 1
    return true
  }

  private end(line: Line, closed: Socket): void {
    // On a dead connection the other end does not notice.
    if (line.dead && this.lines.has(line) && !(line.near.destroyed && line.far.destroyed)) return
    this.break(line)
    closed.destroy()
  }

  private break(line: Line): void {
    this.lines.delete(line)
    line.near.destroy()
    line.far.destroy()
  }
}
