import { createHash } from 'node:crypto'
import { type Account, compareAttempt, compareChart } from './compare'
import { readAttempts, readRuns, type StoredAttempt, type StoredRun } from './records'
import type { Reference } from './reference'
import type { SpoolView } from './spools'
import type { Workplace } from './stack'

export interface Verdict extends Account {
  runs: number
  runsFinished: number
  /** Runs that the hub gave up, because their agent died eight times without progress. */
  runsGivenUp: number
  attempts: number
}

/**
 * Compares everything at the end: points with the recorder, charts with an undisturbed run, files with their hashes.
 * @param mayGiveUp where an agent is killed so often in a row that the hub has to give up a run
 */
export async function takeAccount(
  stack: Workplace,
  views: SpoolView[],
  references: Map<number, Reference>,
  { mayGiveUp = false } = {},
): Promise<Verdict> {
  const runs = await stack.retrying(readRuns)
  const attempts = await stack.retrying(readAttempts)
  const finished = runs.filter(({ status }) => status === 'finished')
  const givenUp = mayGiveUp ? runs.filter(({ failure }) => failure === 'agent_lost') : []
  const verdict: Verdict = {
    ...{
      runs: runs.length,
      runsFinished: finished.length,
      runsGivenUp: givenUp.length,
      attempts: attempts.length,
    },
    ...{ expected: 0, stored: 0, duplicates: 0, lost: 0, faults: [] },
  }
  for (const attempt of attempts) {
    const { expected, stored, ...rest } = compareAttempt(
      attempt,
      await stack.recorder.read(attempt.id),
      views,
    )
    verdict.expected += expected
    verdict.stored += stored
    add(verdict, rest)
    if (attempt.status === 'running') verdict.faults.push(`attempt ${attempt.id} is still running`)
  }
  for (const run of runs) {
    if (run.status !== 'finished' && !givenUp.includes(run)) verdict.faults.push(`${run.id} is ${run.status}`)
    const reference = references.get(run.seed)
    if (run.status === 'finished' && reference) add(verdict, compareChart(run, reference))
    if (run.status === 'finished' && run.modelVersions !== 1)
      verdict.faults.push(`${run.id} has ${run.modelVersions} model versions`)
  }
  verdict.faults.push(...(await checkFiles(stack, finished, attempts)))
  const orphans = await stack.trainers()
  if (orphans.length > 0) verdict.faults.push(`trainers outlived their runs: ${orphans.join(', ')}`)
  return verdict
}

function add(verdict: Verdict, { duplicates, lost, faults }: Omit<Account, 'expected' | 'stored'>): void {
  verdict.duplicates += duplicates
  verdict.lost += lost
  verdict.faults.push(...faults)
}

/** Every file that the finishing attempt announced is stored, with the bytes that the trainer had hashed. */
async function checkFiles(stack: Workplace, runs: StoredRun[], attempts: StoredAttempt[]): Promise<string[]> {
  const faults: string[] = []
  for (const run of runs) {
    const last = attempts.find(({ runId, status }) => runId === run.id && status === 'finished')
    if (!last) continue
    const { artifacts: announced } = await stack.recorder.read(last.id)
    if (announced.length === 0) faults.push(`${run.id} announced no files`)
    for (const { path, sha256 } of announced) {
      const rows = run.artifacts.filter((file) => file.attemptId === last.id && file.path === path)
      const [row] = rows
      if (rows.length !== 1 || !row) faults.push(`${run.id}: ${path} is stored ${rows.length} times`)
      else if ((await hashOf(stack, row.storageKey)) !== sha256)
        faults.push(`${run.id}: ${path} has other bytes`)
    }
  }
  return faults
}

async function hashOf({ owner }: Workplace, storageKey: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of await owner.storage.stream(storageKey)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
