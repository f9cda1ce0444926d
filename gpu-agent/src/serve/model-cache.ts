import { ModelHost } from './model-host'

const keptAfterUseMs = 2 * 60_000

/** Base models in memory: the most recent one stays until another one is requested, or until it was idle for long. */
export class ModelCache {
  private readonly hosts = new Map<string, ModelHost>()
  private readonly sweeper: NodeJS.Timeout

  constructor(
    private readonly childEnv: Record<string, string>,
    private readonly limits: { idleMs: number; models: number },
  ) {
    this.sweeper = setInterval(() => this.sweep(), Math.min(30_000, limits.idleMs)).unref()
  }

  /** The host of a base model, started if it does not run. */
  take(path: string): ModelHost {
    const known = this.hosts.get(path)
    if (known?.isAlive) return known
    const host = new ModelHost(path, this.childEnv)
    this.hosts.set(path, host)
    void host.exited.then(() => {
      if (this.hosts.get(path) === host) this.hosts.delete(path)
    })
    this.makeRoom(path)
    return host
  }

  /**
   * Whether a model may be opened for a visitor who has not asked anything yet: it must not take the place of one that
   * answered lately, or strangers who open pages would make two models push each other out.
   */
  mayWarmUp(path: string): boolean {
    if (this.hosts.has(path) || this.hosts.size < this.limits.models) return true
    const quiet = Date.now() - keptAfterUseMs
    return [...this.hosts.values()].some((host) => host.isIdle && host.lastUsed < quiet)
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper)
    await Promise.all([...this.hosts.values()].map((host) => host.dispose()))
  }

  private makeRoom(keep: string): void {
    const idle = [...this.hosts].filter(([path, host]) => path !== keep && host.isIdle)
    idle.sort(([, a], [, b]) => a.lastUsed - b.lastUsed)
    for (const [path, host] of idle.slice(0, Math.max(0, this.hosts.size - this.limits.models)))
      this.drop(path, host)
  }

  private sweep(): void {
    const oldest = Date.now() - this.limits.idleMs
    for (const [path, host] of [...this.hosts])
      if (host.isIdle && host.lastUsed < oldest) this.drop(path, host)
  }

  private drop(path: string, host: ModelHost): void {
    this.hosts.delete(path)
    void host.dispose()
  }
}
