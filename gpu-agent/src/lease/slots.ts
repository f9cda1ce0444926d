/** The machine's slots for training: one for each GPU, or a single one without GPUs. */
export class Slots {
  private readonly taken = new Map<string, readonly string[]>()

  /** @param gpus ids of the GPUs that this agent may use */
  constructor(private readonly gpus: readonly string[]) {}

  /** Ids of the idle GPUs; empty on a machine without GPUs. */
  free(): string[] {
    const busy = new Set([...this.taken.values()].flat())
    return this.gpus.filter((gpu) => !busy.has(gpu))
  }

  hasRoom(): boolean {
    return this.gpus.length === 0 ? this.taken.size === 0 : this.free().length > 0
  }

  /**
   * Reserves GPUs for an attempt: those that its lease names, or the first free one.
   *
   * @throws Error when one of them is missing or taken
   */
  take(attemptId: string, wished: readonly string[]): string[] {
    const free = this.free()
    const given = wished.length > 0 ? [...wished] : free.slice(0, 1)
    const absent = given.find((gpu) => !free.includes(gpu))
    if (absent) throw new Error(`The lease names the GPU ${absent}, which is not free on this machine.`)
    this.taken.set(attemptId, given)
    return given
  }

  release(attemptId: string): void {
    this.taken.delete(attemptId)
  }

  has(attemptId: string): boolean {
    return this.taken.has(attemptId)
  }
}
