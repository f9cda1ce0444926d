import type { RunWishes } from '@palate/protocol'
import type { RunState } from './transition'

/** What users ask of the agent that works on the run. */
export function wishesOf({ status, stopAfterStep }: Pick<RunState, 'status' | 'stopAfterStep'>): RunWishes {
  return { cancel: status === 'canceling', stopAfterStep }
}
