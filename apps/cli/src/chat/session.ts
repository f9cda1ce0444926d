import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError, exit } from '../exit'
import { bold, faint, red } from '../terminal/styled'
import { askModel } from './answer'
import { runChatCommand } from './chat-command'
import type { Session } from './conversation'

/**
 * Reads lines and answers each until the input ends. Ctrl-C stops an answer; without one it empties the line, and on an
 * empty line it leaves.
 */
export async function chatByLine(session: Session): Promise<void> {
  const { out, model } = session
  const isTerminal = process.stdin.isTTY === true && out.isTerminal
  const screen = new Screen()
  const lines = createInterface({
    input: process.stdin,
    terminal: isTerminal,
    ...(isTerminal ? { output: screen } : {}),
  })
  const answering: { stop: AbortController | null } = { stop: null }
  const interrupt = () => {
    if (answering.stop) answering.stop.abort()
    else if (isTerminal && lines.line) lines.write(null, { ctrl: true, name: 'u' })
    else lines.close()
  }
  lines.on('SIGINT', interrupt)
  process.on('SIGINT', interrupt)
  out.note`${bold(model.slug)} at ${session.connection.origin} ${faint('· /help lists the commands, Ctrl-D leaves')}`
  prompt(session, lines, isTerminal)
  try {
    for await (const line of lines) {
      answering.stop = new AbortController()
      screen.muted = true
      const goesOn = await answerLine(session, line.trim(), answering.stop.signal)
      screen.muted = false
      answering.stop = null
      if (!goesOn) break
      prompt(session, lines, isTerminal)
    }
  } finally {
    process.off('SIGINT', interrupt)
    lines.close()
  }
  // A terminal that has been read keeps the process alive.
  if (isTerminal) process.exit(exit.done)
}

/** What readline draws on: nothing while an answer is written, whatever is typed meanwhile. */
class Screen extends Writable {
  muted = false
  readonly isTTY = true

  get columns(): number {
    return process.stdout.columns
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.muted) done()
    else process.stdout.write(chunk, done)
  }
}

function prompt({ conversation }: Session, lines: Interface, isTerminal: boolean): void {
  if (!isTerminal) return
  lines.setPrompt(conversation.persona ? `${conversation.persona}> ` : '> ')
  lines.prompt()
}

/** @returns false when the line asks to leave */
async function answerLine(session: Session, line: string, signal: AbortSignal): Promise<boolean> {
  if (!line) return true
  try {
    if (line.startsWith('/')) return runChatCommand(session, line)
    await answer(session, line, signal)
  } catch (error) {
    // One failed answer does not end the conversation.
    if (!(error instanceof CliError)) throw error
    session.out.warn`${red('palate:')} ${error.message}${error.remedy ? ` ${error.remedy}` : ''}`
  }
  return true
}

async function answer(session: Session, line: string, signal: AbortSignal): Promise<void> {
  const { connection, conversation, out } = session
  // With a persona and nothing at hand, the line names what there is.
  const firstInventory = conversation.persona && conversation.inventory.length === 0
  const message = firstInventory ? '' : line
  const question = conversation.ask(message)
  if (question.palate && firstInventory)
    question.palate.inventory = line.split(',').map((item) => item.trim())
  let text = ''
  try {
    const end = await askModel(connection, question, {
      signal,
      onText: (piece) => {
        text += piece
        out.text(piece)
      },
    })
    out.text('\n')
    if (end.finishReason === 'length')
      out.note`${faint('The answer reached its limit of tokens; --max-tokens raises it.')}`
  } catch (error) {
    if (text) out.text('\n')
    if (!signal.aborted) throw error
    out.note`${faint('Stopped.')}`
  }
  conversation.add(message, text)
}
