import { CliError } from '../exit'
import { bold, faint } from '../terminal/styled'
import { readInventory, type Session } from './conversation'

const help = [
  ['/persona', 'list the personas'],
  ['/persona <name>', 'cook for this persona; /persona none leaves it'],
  ['/inventory <a, b>', 'what is at hand for the next questions; without a persona it is not used'],
  ['/reset', 'forget the conversation'],
  ['/exit', 'leave; so does Ctrl-D, or Ctrl-C on an empty line'],
] as const

/**
 * A line that begins with a slash.
 *
 * @returns false to leave
 * @throws CliError for an unknown command or persona
 */
export function runChatCommand(session: Session, line: string): boolean {
  const { conversation, out } = session
  const [name = '', ...words] = line.split(/\s+/)
  const rest = words.join(' ')
  if (name === '/exit' || name === '/quit') return false
  if (name === '/help') {
    for (const [command, what] of help) out.line`  ${command.padEnd(20)}${faint(what)}`
    out.line`  ${faint('With a persona, a line is what is at hand (rice, tofu); after /inventory it is your request.')}`
  } else if (name === '/reset') {
    conversation.reset()
    conversation.inventory = []
    out.note`The conversation is forgotten.`
  } else if (name === '/persona') choosePersona(session, rest)
  else if (name === '/inventory') {
    conversation.inventory = readInventory(rest)
    const { inventory } = conversation
    out.note`${inventory.length > 0 ? `At hand: ${inventory.join(', ')}.` : 'Nothing is at hand.'}`
  } else throw new CliError(`${name} is no command here.`, '/help lists them.')
  return true
}

function choosePersona({ conversation, model, out }: Session, named: string): void {
  if (!named) {
    if (model.personas.length === 0) out.line`${'This deployment has no personas.'}`
    for (const { slug, name, diets, forbidden } of model.personas) {
      const never = forbidden.length > 0 ? ` · never ${forbidden.slice(0, 6).join(', ')}` : ''
      out.line`  ${bold(slug.padEnd(24))}${name} ${faint([...diets].join(', ') + never)}`
    }
    return
  }
  if (named === 'none') conversation.persona = null
  else conversation.persona = requirePersona(model, named)
  conversation.reset()
  out.note`${conversation.persona ? `Cooking for ${conversation.persona}.` : 'No persona.'}`
}

/** @throws CliError that lists the personas */
export function requirePersona({ personas, slug: model }: Session['model'], named: string): string {
  if (personas.some(({ slug }) => slug === named)) return named
  const known = personas.map(({ slug }) => slug)
  throw new CliError(
    `${model} has no persona "${named}".`,
    known.length > 0 ? `It has: ${known.slice(0, 20).join(', ')}.` : 'It has none.',
  )
}
