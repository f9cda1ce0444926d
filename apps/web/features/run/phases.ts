import { z } from 'zod'
import type { Run } from './run-status'

const Phases = z.array(z.object({ step: z.number(), name: z.string() })).catch([])

/** Where a part of the training begins that learns from other data, as its trainer reported it; the first needs no mark. */
export function phaseMarks({ attempts }: Pick<Run, 'attempts'>): { at: number; label: string }[] {
  const phases = Phases.parse(attempts.at(-1)?.environment.phases)
  return phases.filter(({ step }) => step > 1).map(({ step, name }) => ({ at: step, label: name }))
}
