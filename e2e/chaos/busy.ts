import { setTimeout as sleep } from 'node:timers/promises'
import { createRun } from '@palate/core'
import { statusesOfRuns } from './records'
import type { Reference } from './reference'
import type { Workplace } from './stack'
import { type RunInput, runInput } from './work'

export interface WorkOptions {
  steps?: number
  /** Runs that wait or work at the same time. */
  atOnce: number
  referenceOf: (input: RunInput) => Promise<Reference>
}

const over = ['finished', 'failed', 'canceled']
const timeoutMs = 15 * 60_000

/** Creates a run whenever too few are left; the reference of each is trained at the same time. */
export function keepBusy(stack: Workplace, { atOnce, steps, referenceOf }: WorkOptions) {
  let stopping = false
  let ordered = 0
  const inputs = new Map<number, RunInput>()
  const work = async () => {
    while (!stopping) {
      const open = (await stack.retrying(statusesOfRuns)).filter((status) => !over.includes(status)).length
      if (open < atOnce) {
        const input = runInput(ordered, steps)
        inputs.set(input.seed ?? 0, input)
        referenceOf(input).catch(() => undefined) // awaited and reported with the results
        await stack.retrying((owner) => createRun(owner, input))
        ordered += 1
      } else await sleep(1000)
    }
  }
  const working = work()
  return {
    async stop() {
      stopping = true
      await working
    },
    async references() {
      const made = [...inputs].map(async ([seed, input]) => [seed, await referenceOf(input)] as const)
      return new Map(await Promise.all(made))
    },
  }
}

/** @throws nothing: the results report runs that hang */
export async function untilAllOver(stack: Workplace): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
    const statuses = await stack.retrying(statusesOfRuns)
    if (statuses.every((status) => over.includes(status))) break
    await sleep(500)
  }
  // The trainer of a run that has just ended may need a moment to exit.
  for (let waited = 0; waited < 15_000 && (await stack.trainers()).length > 0; waited += 250) await sleep(250)
}
