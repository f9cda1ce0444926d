import { isAbsolute, resolve } from 'node:path'
import { startingModels } from '@palate/protocol'
import type { Client, Inputs } from '../connect/client'
import { CliError, exit } from '../exit'

type Source = Inputs['model']['add']['source']

/**
 * What is meant by a name: an id of the list of starting models, a path of a folder, or `owner/name` of the hub.
 *
 * @throws CliError that says what there is
 */
export function readSource(what: string, revision: string | undefined): Source {
  const starting = startingModels.find(({ id, name }) => id === what || name === what)
  if (starting) return { from: 'starting', id: starting.id }
  if (isAbsolute(what) || /^[A-Za-z]:[\\/]/.test(what)) return { from: 'folder', path: what }
  if (/^\.{1,2}([\\/]|$)/.test(what)) return { from: 'folder', path: resolve(what) }
  if (/^[^/\s]+\/[^/\s]+$/.test(what)) return { from: 'hub', id: what, ...(revision ? { revision } : {}) }
  throw new CliError(
    `"${what}" is no model to add.`,
    `Use ${startingModels.map(({ id }) => id).join(', ')}, owner/name of Hugging Face, or the path of a folder on an agent.`,
    exit.usage,
  )
}

/**
 * The agent that a name or an id means. A folder is on one machine: without a name, on the only one that is online.
 *
 * @throws CliError when there is no such agent, or more than one could be meant
 */
export async function findAgentId(
  client: Client,
  named: string | undefined,
  from: Source['from'],
): Promise<string | undefined> {
  if (!named && from !== 'folder') return undefined
  const agents = (await client.agent.list.query()).filter(({ status }) => status !== 'revoked')
  const names = agents.map(({ name }) => name).join(', ') || 'none'
  if (named) {
    const found = agents.find(({ id, name }) => id === named || name === named)
    if (found) return found.id
    throw new CliError(`There is no agent "${named}".`, `There are: ${names}.`)
  }
  const online = agents.filter(({ status }) => status === 'online')
  const [only] = online
  if (only && online.length === 1) return only.id
  throw new CliError('A folder is on the machine of one agent.', `Name it with --agent; there are: ${names}.`)
}
