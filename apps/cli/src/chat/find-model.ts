import { ModelList } from '@palate/protocol'
import { connect, toCliError } from '../connect/client'
import type { Connection } from '../connect/credentials'
import { isJson, notPalate, send } from '../connect/request'
import { CliError } from '../exit'

export interface ChatModel {
  /** The public name of its deployment. */
  slug: string
  personas: { slug: string; name: string; diets: string[]; forbidden: string[] }[]
}

/**
 * The deployment to talk to: the named one, or of the key's workspace the one that changed last.
 *
 * @throws CliError that lists the names that there are
 */
export async function findChatModel(connection: Connection, named: string | undefined): Promise<ChatModel> {
  const client = connect(connection)
  try {
    const slug = named ?? (await findNewest(connection))
    const info = await client.chat.info.query({ slug })
    if (info) return { slug: info.slug, personas: info.personas }
    if (!named) throw new CliError('No model is deployed yet.', 'Deploy one on the Models page.')
    throw new CliError(`No model is deployed under the name "${named}".`, await describeModels(connection))
  } catch (error) {
    throw toCliError(error)
  }
}

/** Null without a key: the server chooses then. */
async function findNewest(connection: Connection): Promise<string | null> {
  if (!connection.apiKey) return null
  const deployments = await connect(connection).deployment.list.query()
  const newest = deployments.find(({ active }) => active)
  if (newest) return newest.slug
  throw new CliError('This workspace has no deployed model yet.', 'Deploy one on the Models page.')
}

async function describeModels({ origin }: Connection): Promise<string> {
  const response = await send(origin, '/v1/models')
  if (!response.ok || !isJson(response)) throw notPalate(origin, response)
  const parsed = ModelList.safeParse(await response.json().catch(() => null))
  if (!parsed.success) throw notPalate(origin, response)
  const names = parsed.data.data.map(({ id }) => id).slice(0, 10)
  return names.length > 0 ? `Deployed are: ${names.join(', ')}.` : 'Deploy one on the Models page.'
}
