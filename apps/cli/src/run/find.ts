import type { Client, Outputs } from '../connect/client'
import { CliError } from '../exit'

export type RunView = Outputs['run']['get']

/**
 * The run of an id (`run_…`) or of a number (`12`, `#12`) among the newest 200.
 *
 * @throws CliError when there is none
 */
export async function findRun(client: Client, ref: string): Promise<RunView> {
  if (ref.startsWith('run_')) return client.run.get.query({ id: ref })
  const number = Number(/^#?(\d{1,9})$/.exec(ref)?.[1])
  const runs = Number.isInteger(number) ? await client.run.list.query({ limit: 200 }) : []
  const found = runs.find((run) => run.number === number)
  if (found) return found
  throw new CliError(`There is no run ${ref}.`, 'palate runs list shows the newest.')
}

export const isOver = ({ status }: Pick<RunView, 'status'>): boolean =>
  status === 'finished' || status === 'failed' || status === 'canceled'
