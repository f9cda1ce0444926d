import type { Command } from 'commander'
import { requirePersona } from '../chat/chat-command'
import { Conversation, readInventory, type SamplingFlags, type Session } from '../chat/conversation'
import { findChatModel } from '../chat/find-model'
import { chatOnce, requireMessage } from '../chat/once'
import { chatByLine } from '../chat/session'
import { CliError, exit } from '../exit'
import { readStdin } from '../terminal/ask'
import type { Tools } from '../tools'
import { numberFrom } from './number'
import type { Run } from './run-command'

const examples = `
Examples:
  $ palate chat                                     line by line with the newest deployed model
  $ palate chat cook --persona mexican-vegan        a line is what is at hand
  $ palate chat cook --persona mexican-vegan --inventory "black beans, lime" -m "A quick dinner."
  $ palate chat cook -m "A soup." --temperature 0 --seed 7
  $ echo "A soup." | palate chat cook --json

[model] is the public name of a deployment; palate models list shows them. Ctrl-C stops
an answer. Line by line, /help lists the commands: /persona, /inventory, /reset, /exit.
An API key is needed only for --system and to find the workspace's own newest model.`

interface ChatOptions extends SamplingFlags {
  message?: string
  interactive?: boolean
  persona?: string
  inventory?: string
  system?: string
  json?: boolean
}

export function addChatCommand(program: Command, run: Run): void {
  program
    .command('chat')
    .argument('[model]', 'the public name of a deployment')
    .summary('talk to a deployed model')
    .description('Talks to a deployed model; answers are shown as they are written.')
    .option('-m, --message <text>', 'ask this one question')
    .option('-i, --interactive', 'line by line, also where stdin is no terminal')
    .option('-p, --persona <name>', 'who is cooked for')
    .option('--inventory <a,b,c>', 'what is at hand, for a persona')
    .option('--system <text>', 'a system message; needs an API key of the workspace')
    .option('--temperature <number>', 'from 0 to 2; 0 takes the likeliest', numberFrom({ min: 0, max: 2 }))
    .option('--top-p <number>', 'from 0 to 1', numberFrom({ min: 0, max: 1 }))
    .option(
      '--top-k <count>',
      'only the likeliest so many tokens, at most 1000; 0 for all',
      numberFrom({ min: 0, max: 1000, whole: true }),
    )
    .option('--max-tokens <count>', 'at most 4096', numberFrom({ min: 1, max: 4096, whole: true }))
    .option(
      '--seed <number>',
      'the same seed gives the same answer',
      numberFrom({ min: 0, max: 2 ** 32 - 1, whole: true }),
    )
    .option('--json', 'lines of JSON: {"type":"text",…} for each piece, {"type":"end",…} at last')
    .addHelpText('after', examples)
    .action(run((tools, model: string | undefined, options: ChatOptions) => chat(tools, model, options)))
}

async function chat(tools: Tools, named: string | undefined, options: ChatOptions): Promise<void> {
  const { persona, inventory, system, interactive = false } = options
  if (persona && system)
    throw new CliError(
      'A persona has a system message of its own.',
      'Leave out --persona or --system.',
      exit.usage,
    )
  if (interactive && options.message !== undefined)
    throw new CliError('Line by line there is no one message.', 'Leave out -i or -m.', exit.usage)
  const byLine = interactive || (options.message === undefined && process.stdin.isTTY === true)
  if (byLine && options.json)
    throw new CliError('--json is for one question.', 'Give it with -m, or write it to stdin.', exit.usage)
  const connection = await tools.connection()
  const model = await findChatModel(connection, named)
  const conversation = new Conversation(model.slug, system ?? null, options)
  if (persona) conversation.persona = requirePersona(model, persona)
  conversation.inventory = readInventory(inventory ?? '')
  const session: Session = { connection, model, conversation, out: tools.out }
  if (byLine) return chatByLine(session)
  if (persona && conversation.inventory.length === 0)
    throw new CliError(
      'A persona needs to know what is at hand.',
      'Give --inventory "rice, beans".',
      exit.usage,
    )
  const message = options.message ?? (await readStdin())
  await chatOnce(session, requireMessage(message, Boolean(persona)))
}
