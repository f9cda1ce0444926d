import { AttemptMemory } from '@palate/core'

interface AttemptQueue {
  memory: AttemptMemory
  last: Promise<unknown>
}

/** An agent works on a few attempts at once. An older queue is dropped; its memory is read again when needed. */
const maxQueues = 64

/**
 * The chunks of one agent. Those of one attempt are recorded one after another in the order in which they arrived, each
 * with the memory of the ones before.
 */
export class AttemptQueues {
  private readonly queues = new Map<string, AttemptQueue>()

  run<Result>(attemptId: string, work: (memory: AttemptMemory) => Promise<Result>): Promise<Result> {
    const queue = this.queues.get(attemptId) ?? { memory: new AttemptMemory(), last: Promise.resolve() }
    this.queues.delete(attemptId)
    this.queues.set(attemptId, queue)
    const [oldest] = this.queues.keys()
    if (this.queues.size > maxQueues && oldest !== undefined) this.queues.delete(oldest)
    const turn = queue.last.then(() => work(queue.memory))
    queue.last = turn.catch(() => undefined)
    return turn
  }
}
