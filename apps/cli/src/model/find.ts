import type { Client, Outputs } from '../connect/client'
import { CliError } from '../exit'

export type ModelView = Outputs['model']['list'][number]

export const nameOf = ({ name, number }: Pick<ModelView, 'name' | 'number'>): string => `${name}@${number}`

/**
 * The model of an id, a name (the newest of that name), `name@number`, or the public name of its deployment.
 *
 * @throws CliError that lists what there is
 */
export async function findModel(client: Client, ref: string): Promise<ModelView> {
  const models = await client.model.list.query()
  const found =
    models.find(({ id }) => id === ref) ??
    models.find((model) => nameOf(model) === ref) ??
    models.find(({ name }) => name === ref) ??
    models.find(({ deployments }) => deployments.includes(ref))
  if (found) return found
  const names = models.map(nameOf).slice(0, 10)
  throw new CliError(
    `There is no model "${ref}".`,
    names.length > 0 ? `There are: ${names.join(', ')}.` : 'palate models add --help shows how to add one.',
  )
}
