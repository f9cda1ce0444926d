import { request } from 'node:http'
import { loadavg } from 'node:os'
import { type Child, usageOf } from '../child'
import type { Stack } from '../stack'

const healthEveryMs = 50
const memoryEveryMs = 100
/** A health request that has no answer by then counts as having taken so long. */
const healthTimeoutMs = 10_000

export interface Reading {
  healthMs: number[]
  hubMb: number[]
  webMb: number[]
  logKb: number
}

/**
 * Measures from outside while something happens: how soon `/files/health` answers through the web origin, asked every
 * 50 ms on a new connection whether or not the one before has answered, the resident memory of both processes, and how
 * much they write to their logs.
 */
export class Meter {
  private reading: Reading = emptyReading()
  private pending = new Set<Promise<void>>()
  private readonly timers: NodeJS.Timeout[]
  private writtenBefore: number

  constructor(private readonly stack: Stack) {
    this.writtenBefore = this.written()
    this.timers = [
      setInterval(() => this.askHealth(), healthEveryMs),
      setInterval(() => this.weigh(), memoryEveryMs),
    ]
  }

  /** What was measured since the last call; a request that is still under way belongs to what it was sent in. */
  async take(): Promise<Reading> {
    const taken = this.reading
    const pending = [...this.pending]
    this.reading = emptyReading()
    await Promise.all(pending)
    const written = this.written()
    taken.logKb = Math.round((written - this.writtenBefore) / 1024)
    this.writtenBefore = written
    return taken
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer)
  }

  private get parts(): { hub: Child; web: Child } {
    const [hub] = this.stack.hubs
    if (!hub) throw new Error('The stack has no hub.')
    return { hub, web: this.stack.proxy }
  }

  private written(): number {
    return this.parts.hub.written() + this.parts.web.written()
  }

  private weigh(): void {
    this.reading.hubMb.push(usageOf(this.parts.hub.pid).memoryBytes / 2 ** 20)
    this.reading.webMb.push(usageOf(this.parts.web.pid).memoryBytes / 2 ** 20)
  }

  private askHealth(): void {
    const { healthMs } = this.reading
    const asked = measureHealth(`${this.stack.origin}/files/health`).then((ms) => void healthMs.push(ms))
    this.pending.add(asked)
    void asked.finally(() => this.pending.delete(asked))
  }
}

const emptyReading = (): Reading => ({ healthMs: [], hubMb: [], webMb: [], logKb: 0 })

function measureHealth(url: string): Promise<number> {
  const started = performance.now()
  return new Promise((resolve) => {
    const failed = () => resolve(healthTimeoutMs)
    const asked = request(url, { agent: false, timeout: healthTimeoutMs }, (response) => {
      response.resume()
      if (response.statusCode !== 200) failed()
      response.once('end', () => resolve(performance.now() - started))
      response.once('error', failed)
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', failed)
    asked.end()
  })
}

export function quantile(list: number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

export const loadNow = () => loadavg().map((one) => Math.round(one * 100) / 100)
