import { DiskError } from '@palate/config'
import { DomainError, type JobPayloads } from '@palate/core'
import { DatasetImportError } from '@palate/dataset-import'
import type { JobHelpers, TaskList } from 'graphile-worker'
import { importDatasetJob } from './import-dataset'
import type { JobKind, JobTools } from './kind'
import { prepareVariantBatchJob } from './prepare-variant-batch'
import { pushModelJob } from './push-model'
import { scoreEvaluationJob } from './score-evaluation'

export const jobKinds: { [Name in keyof JobPayloads]: JobKind<JobPayloads[Name]> } = {
  'import-dataset': importDatasetJob,
  'prepare-variant-batch': prepareVariantBatchJob,
  'score-evaluation': scoreEvaluationJob,
  'push-model': pushModelJob,
}

export function createTasks(tools: JobTools): TaskList {
  return Object.fromEntries(
    Object.entries(jobKinds).map(([name, kind]) => [
      name,
      (payload: unknown, helpers: JobHelpers) =>
        work(tools, name, kind as JobKind<unknown>, payload, helpers),
    ]),
  )
}

/** A domain error is final, and so is a full disk: nothing frees it within the seconds of a retry. Any other error is retried, and the last retry ends with a message for people. */
async function work(
  tools: JobTools,
  name: string,
  kind: JobKind<unknown>,
  payload: unknown,
  { job, abortSignal }: JobHelpers,
): Promise<void> {
  const { log } = tools.deps
  try {
    await kind.run(tools, payload, abortSignal)
  } catch (error) {
    if (abortSignal.aborted) throw error
    const final = isFinal(error)
    log.warn({ job: name, payload, attempt: job.attempts, error: String(error) }, 'a job failed')
    if (!final && job.attempts < job.max_attempts) throw error
    await kind.giveUp(tools, payload, final ? sentenceOf(error) : unexpected)
  }
}

type FinalError = DatasetImportError | DomainError | DiskError

function isFinal(error: unknown): error is FinalError {
  return error instanceof DatasetImportError || error instanceof DomainError || error instanceof DiskError
}

function sentenceOf({ message, remedy }: FinalError): string {
  return [message, remedy].filter(Boolean).join(' ')
}

const unexpected =
  'Something went wrong in Palate three times in a row. The details are in the hub’s log. Try again later.'
export const neverEnded =
  'The hub stopped three times while it worked on this. Try again, with a smaller input if it is large.'
