/** Those who wait for the same thing. */
export class Waiters {
  private readonly wakers: (() => void)[] = []

  /** Resolves at the next `wake`, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.wakers.push(wake)
      signal.addEventListener('abort', wake)
    })
  }

  wake(): void {
    for (const wake of this.wakers.splice(0)) wake()
  }
}
