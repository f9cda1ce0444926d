import { Command } from 'commander'
import palate from '../../../../package.json' with { type: 'json' }
import { addChatCommand } from './chat'
import { addLoginCommands } from './login'
import { addModelCommands } from './models'
import { run } from './run-command'
import { addRunCommands } from './runs'

const examples = `
Examples:
  $ palate login                              store the address and an API key
  $ palate chat                               talk to the newest deployed model
  $ palate models add smollm2-135m-instruct   import a starting model
  $ palate runs create dpo --set beta=0.2 --watch

Exit codes: 0 done, 1 failed or refused, 2 the watched run was canceled,
3 Palate was not reached, 64 wrong usage, 130 Ctrl-C.
NO_COLOR turns colors off. More: docs/command-line.md`

/** All commands. */
export function makeProgram(): Command {
  const program = new Command('palate')
    .description('Palate on the command line: chat with its models, add and export them, train.')
    .version(palate.version)
    .helpCommand(true)
    .showHelpAfterError('(--help after the command shows how it is used)')
    .addHelpText('after', examples)
    .exitOverride()
  addLoginCommands(program, run)
  addChatCommand(program, run)
  addModelCommands(program, run)
  addRunCommands(program, run)
  return program
}
