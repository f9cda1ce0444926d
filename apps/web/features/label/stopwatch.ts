import { isOnline, subscribeToConnection } from '../../lib/online'

/** Counts time in ms, except while it is paused. */
export class Stopwatch {
  private countedMs = 0
  private since: number | null = null

  constructor(private readonly now: () => number = () => performance.now()) {
    this.setRunning(true)
  }

  setRunning(running: boolean): void {
    if (running === (this.since !== null)) return
    this.countedMs = this.read()
    this.since = running ? this.now() : null
  }

  read(): number {
    return this.countedMs + (this.since === null ? 0 : this.now() - this.since)
  }
}

/** Pauses while the browser is offline: nobody can vote then, so that time says nothing of the pair. @returns ends that */
export function pauseWhileOffline(watch: Stopwatch): () => void {
  const follow = () => watch.setRunning(isOnline())
  follow()
  return subscribeToConnection(follow)
}
