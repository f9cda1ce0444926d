import { ModelHost, weightBytes } from './model-host'

const keptAfterUseMs = 2 * 60_000
/** What a process takes beside its weights before it has said: the runtime and the contexts. SmolLM2 takes 1.1 GB. */
const contextsBytes = 1024 ** 3

export interface CacheLimits {
  /** How long a model that is not released stays after its last use. */
  idleMs: number
  /** What all models together may hold. One model is always allowed. */
  memoryBytes: number
}

/**
 * Base models in memory, each with its adapters in one process. Those that are released stay; others go when they were
 * idle for long. When a new one does not fit, or one has grown, those that were used longest ago go first.
 */
export class ModelCache {
  private readonly hosts = new Map<string, ModelHost>()
  private readonly sweeper: NodeJS.Timeout
  private released: ReadonlySet<string> = new Set()

  constructor(
    private readonly childEnv: Record<string, string>,
    private readonly limits: CacheLimits,
  ) {
    this.sweeper = setInterval(() => this.sweep(), Math.min(30_000, limits.idleMs)).unref()
  }

  /** The host of a base model, started if it does not run. */
  take(path: string): ModelHost {
    const known = this.hosts.get(path)
    if (known?.isAlive) return known
    this.makeRoom(path, neededBy(path))
    const host = new ModelHost(path, this.childEnv, () => this.makeRoom(path, 0))
    this.hosts.set(path, host)
    void host.exited.then(() => {
      if (this.hosts.get(path) === host) this.hosts.delete(path)
    })
    return host
  }

  /** The base models that visitors may ask for at any time. */
  keep(paths: readonly string[]): void {
    this.released = new Set(paths)
  }

  /**
   * Whether a model may be opened for a visitor who has not asked anything yet: it must not take the place of one that
   * answered lately, or strangers who open pages would make two models push each other out.
   */
  mayWarmUp(path: string): boolean {
    if (this.hosts.has(path) || this.fits(neededBy(path))) return true
    const quiet = Date.now() - keptAfterUseMs
    return [...this.hosts.values()].some((host) => host.isIdle && host.lastUsed < quiet)
  }

  /** Whether a released model has room without putting another one out. */
  hasRoomFor(path: string): boolean {
    return this.hosts.has(path) || this.fits(neededBy(path))
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper)
    await Promise.all([...this.hosts.values()].map((host) => host.dispose()))
  }

  private fits(bytes: number): boolean {
    if (this.hosts.size === 0) return true
    const held = [...this.hosts.values()].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
    return held + bytes <= this.limits.memoryBytes
  }

  private makeRoom(keep: string, bytes: number): void {
    const idle = [...this.hosts].filter(([path, host]) => path !== keep && host.isIdle)
    idle.sort(([, a], [, b]) => a.lastUsed - b.lastUsed)
    for (const [path, host] of idle) {
      if (this.fits(bytes)) return
      this.drop(path, host)
    }
  }

  private sweep(): void {
    const oldest = Date.now() - this.limits.idleMs
    for (const [path, host] of [...this.hosts])
      if (host.isIdle && host.lastUsed < oldest && !this.released.has(path)) this.drop(path, host)
  }

  private drop(path: string, host: ModelHost): void {
    this.hosts.delete(path)
    void host.dispose()
  }
}

const neededBy = (path: string) => weightBytes(path) + contextsBytes
