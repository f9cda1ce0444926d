import { AttemptMemory } from '@palate/core'

interface Lane {
  memory: AttemptMemory
  last: Promise<unknown>
}

/** An agent works on a few attempts at once; what is older is forgotten, and read again if it should come back. */
const most = 64

/** An agent's batches, one after another for each attempt in the order in which they came, with what is known from the ones before. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>()

  run<Result>(attemptId: string, work: (memory: AttemptMemory) => Promise<Result>): Promise<Result> {
    const lane = this.lanes.get(attemptId) ?? { memory: new AttemptMemory(), last: Promise.resolve() }
    this.lanes.delete(attemptId)
    this.lanes.set(attemptId, lane)
    const [oldest] = this.lanes.keys()
    if (this.lanes.size > most && oldest !== undefined) this.lanes.delete(oldest)
    const turn = lane.last.then(() => work(lane.memory))
    lane.last = turn.catch(() => undefined)
    return turn
  }
}
