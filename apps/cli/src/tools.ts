import { type Client, connect } from './connect/client'
import { type Connection, findConnection } from './connect/credentials'
import type { Env } from './env'
import { CliError } from './exit'
import { Output } from './terminal/output'

/** What every command gets. */
export interface Tools {
  env: Env
  out: Output
  /** @throws CliError when no address is known */
  connection(): Promise<Connection>
  /** The procedures. @throws CliError also when there is no API key for the address */
  client(): Promise<{ client: Client; connection: Connection }>
}

export function openTools(env: Env, { json = false }: { json?: boolean }): Tools {
  return {
    env,
    out: new Output(process.stdout, process.stderr, env.noColor, json),
    connection: () => findConnection(env),
    async client() {
      const connection = await findConnection(env)
      if (!connection.apiKey)
        throw new CliError(
          `There is no API key for ${connection.origin}.`,
          'Run palate login, or set PALATE_API_KEY. A key is made on the Settings page.',
        )
      return { client: connect(connection), connection }
    },
  }
}
