import type { Client } from '../connect/client'
import { CliError } from '../exit'

/**
 * The newest version of a dataset that is named, or is given by the id of it or of a version.
 *
 * @throws CliError when there is none, or it is not ready
 */
export async function findDatasetVersion(client: Client, ref: string): Promise<string> {
  const datasets = await client.dataset.list.query()
  const found = datasets.find(({ id, name, latest }) => [id, name, latest?.id].includes(ref))
  if (!found) {
    // An older version is known by its id only.
    if (/^[a-z]+_\w+$/.test(ref)) return (await client.dataset.version.query({ id: ref })).id
    const names = datasets.map(({ name }) => name).slice(0, 10)
    throw new CliError(
      `There is no dataset "${ref}".`,
      names.length > 0 ? `There are: ${names.join(', ')}.` : 'Upload one on the Datasets page.',
    )
  }
  if (found.latest?.status === 'ready') return found.latest.id
  throw new CliError(
    `The dataset "${found.name}" is ${found.latest ? `not ready: ${found.latest.status}` : 'empty'}.`,
    'Wait until its import is done, or choose another one.',
  )
}
