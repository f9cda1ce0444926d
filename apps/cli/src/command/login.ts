import type { Command } from 'commander'
import { isReadableOnTheWay, readAddress } from '../connect/address'
import { connect, toCliError } from '../connect/client'
import { credentialsFile, readApiKey, removeCredentials, storeCredentials } from '../connect/credentials'
import { CliError, exit } from '../exit'
import { ask, readStdin } from '../terminal/ask'
import { bold, faint, yellow } from '../terminal/styled'
import type { Tools } from '../tools'
import type { Run } from './run-command'

const examples = `
Examples:
  $ palate login                          asks for the address and an API key
  $ palate login localhost:3000           asks for the key
  $ palate login localhost:3000 < key.txt
An owner of the workspace makes keys on the Settings page. PALATE_URL and
PALATE_API_KEY, where they are set, go before what is stored.`

export function addLoginCommands(program: Command, run: Run): void {
  program
    .command('login')
    .argument('[address]', 'the address of the pages of Palate')
    .summary('store the address of Palate and an API key')
    .description(
      'Asks for the address of Palate and an API key, tries them, and stores them for this user alone.',
    )
    .addHelpText('after', examples)
    .action(run((tools, address: string | undefined) => logIn(tools, address)))
  program
    .command('logout')
    .description(
      'Removes the stored address and API key. The key stays valid: revoke it on the Settings page.',
    )
    .action(
      run(async ({ env, out }) => {
        const removed = await removeCredentials(env)
        out.note`${removed ? 'Removed the stored key.' : 'Nothing was stored.'}`
      }),
    )
  program
    .command('whoami')
    .description('Shows which Palate, which workspace and which role the commands use.')
    .option('--json', 'one line of JSON')
    .action(run((tools) => showWho(tools)))
}

async function logIn({ env, out }: Tools, typed: string | undefined): Promise<void> {
  if (typed?.trim().startsWith('plt_'))
    throw new CliError(
      'An API key as an argument stays in the history of the shell and is seen by other programs.',
      'Revoke this key on the Settings page, and run palate login without it.',
      exit.usage,
    )
  const { address, key } = await readAnswers(typed)
  const origin = readAddress(address)
  const apiKey = readApiKey(key)
  if (isReadableOnTheWay(origin))
    out.warn`${yellow('Warning:')} ${origin} is not https: others on the network can read the key.`
  const me = await connect({ origin, apiKey })
    .session.me.query()
    .catch((error) => {
      throw toCliError(error)
    })
  const path = await storeCredentials(env, { url: origin, apiKey })
  out.note`Logged in to ${bold(me.workspace.name)} at ${origin} as ${me.role}. ${faint(`Stored in ${path}.`)}`
  if (env.url || env.apiKey)
    out.warn`${yellow('Warning:')} PALATE_URL or PALATE_API_KEY is set and goes before what is stored.`
}

/** In a terminal they are asked for; else the lines of stdin are the answers. */
async function readAnswers(typed: string | undefined): Promise<{ address: string; key: string }> {
  if (process.stdin.isTTY) {
    const address = typed ?? ((await ask('Address of Palate [http://localhost:3000]: ')) || 'localhost:3000')
    readAddress(address)
    return { address, key: await ask('API key (not shown): ', { hidden: true }) }
  }
  const lines = ((await readStdin()) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const [address, key] = typed ? [typed, lines[0]] : lines
  if (address && key) return { address, key }
  throw new CliError(
    'There is no terminal to ask in, and stdin does not have the answers.',
    'Write the address and the key to stdin, a line each.',
    exit.usage,
  )
}

async function showWho({ env, out, client: open }: Tools): Promise<void> {
  const { client, connection } = await open()
  const me = await client.session.me.query()
  const stored = credentialsFile(env)
  const source = (from: 'environment' | 'file' | null) => (from === 'file' ? stored : 'the environment')
  if (out.json) {
    const { user, workspace, role } = me
    return out.data({ url: connection.origin, user, workspace, role, from: connection.from })
  }
  out.line`${faint('Palate')}     ${connection.origin} ${faint(`(of ${source(connection.from.url)})`)}`
  out.line`${faint('Workspace')}  ${bold(me.workspace.name)} ${faint(`(${me.workspace.slug})`)}`
  out.line`${faint('API key')}    of ${me.user.name}, as ${me.role} ${faint(`(of ${source(connection.from.apiKey)})`)}`
}
