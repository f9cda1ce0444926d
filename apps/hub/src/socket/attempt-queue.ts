import { AttemptMemory } from '@palate/core'

interface AttemptQueue {
  memory: AttemptMemory
  last: Promise<unknown>
}

/** An agent works on a few attempts at once; what is older is forgotten, and read again if it should come back. */
const most = 64

/** An agent's batches, one after another for each attempt in the order in which they came, with what is known from the ones before. */
export class AttemptQueues {
  private readonly queues = new Map<string, AttemptQueue>()

  run<Result>(attemptId: string, work: (memory: AttemptMemory) => Promise<Result>): Promise<Result> {
    const queue = this.queues.get(attemptId) ?? { memory: new AttemptMemory(), last: Promise.resolve() }
    this.queues.delete(attemptId)
    this.queues.set(attemptId, queue)
    const [oldest] = this.queues.keys()
    if (this.queues.size > most && oldest !== undefined) this.queues.delete(oldest)
    const turn = queue.last.then(() => work(queue.memory))
    queue.last = turn.catch(() => undefined)
    return turn
  }
}
