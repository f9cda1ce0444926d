import { z } from 'zod'

/** What stops a run before it starts, unless an engineer allows it for this run by its name. */
export const preflightFaults = ['no_trained_token', 'doubled_bos', 'no_end_token', 'cut_answers'] as const
export const PreflightFault = z.enum(preflightFaults)
export type PreflightFault = z.infer<typeof PreflightFault>

const count = z.int().nonnegative()

/** Totals over all rows that a run would train on, sent before it starts. Faults are counts of sequences, by name. */
export const PreflightReport = z.object({
  template: z.string(),
  maxLength: count,
  rows: count,
  /** A row of preferences has two: what was chosen and what was rejected. */
  sequences: count,
  trained: count,
  masked: count,
  cut: count,
  longest: count,
  bosToken: z.string().nullable(),
  bosCount: count,
  endToken: z.string().nullable(),
  endCount: count,
  faults: z.record(z.string(), count),
  overridden: z.array(z.string()),
  sampled: count,
})
export type PreflightReport = z.infer<typeof PreflightReport>

/** The tokens of one sequence, each with its mark: `t` trained, `m` masked (read, not learned), `c` cut. */
export const PreflightSequence = z.object({
  part: z.string(),
  faults: z.array(z.string()),
  ids: z.array(count),
  texts: z.array(z.string()),
  marks: z.string(),
  /** Places of special tokens: what a person typed is never one. */
  special: z.array(count),
  /** So many tokens are left out before the token at this place. */
  omitted: z.object({ at: count, count }).nullable(),
})
export type PreflightSequence = z.infer<typeof PreflightSequence>
