import { z } from 'zod'
import { preflightFaults } from './preflight'

/** Codes that the trainer ends a run with; its `JobError` takes no other. */
export const trainerFailures = [
  'bad_checkpoint',
  'bad_config',
  'bad_data',
  'bad_job',
  'bad_ontology',
  'disk_full',
  'diverged',
  'folder_closed',
  'hub_unreachable',
  'model_gated',
  'model_not_cached',
  'no_model',
  'no_template',
  'out_of_memory',
  'trainer_failed',
  'unsupported_adapter',
  'unsupported_model',
  ...preflightFaults.map((fault) => `preflight_${fault}` as const),
] as const

/**
 * Codes of failures that are the machine's and not the run's: something outside ended the trainer. The attempt counts
 * as lost, and the run goes on from its newest checkpoint.
 */
export const machineFailures = ['killed', 'stopped_outside'] as const

/** Codes that the agent gives where no trainer ran, or none could say what happened. */
export const agentFailures = [
  ...machineFailures,
  'agent_failed',
  'checkpoint_gone',
  'generate_failed',
  'no_trainer',
  'path_escape',
  'refused',
  'trainer_crashed',
  'trainer_silent',
] as const

/** Codes that the hub gives to an attempt whose agent did not end it. */
export const hubFailures = [
  'agent_lost',
  'agent_revoked',
  'artifacts_missing',
  'attempt_gone',
  'lease_expired',
] as const

/** Stands for a code of a newer agent or trainer that is not in this list. */
const unknownFailure = 'unknown'

export const failureCodes = [...trainerFailures, ...agentFailures, ...hubFailures, unknownFailure] as const
export type FailureCode = (typeof failureCodes)[number]

export const RunFailure = z.object({
  code: z.enum(failureCodes).catch(unknownFailure),
  message: z.string(),
  remedy: z.string(),
})
export type RunFailure = z.infer<typeof RunFailure>

export function isMachineFailure(failure: { code: string } | null): boolean {
  return failure !== null && machineFailures.some((code) => code === failure.code)
}
