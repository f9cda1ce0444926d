import { CliError, Exit, exit } from '../exit'
import { faint } from '../terminal/styled'
import { type AnswerEnd, askModel } from './answer'
import type { Session } from './conversation'

/** One question and its answer: the text on stdout, or with --json a line for each piece and one at the end. */
export async function chatOnce({ connection, conversation, out }: Session, message: string): Promise<void> {
  const question = conversation.ask(message)
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt)
  let text = ''
  try {
    const end = await askModel(connection, question, {
      signal: stop.signal,
      onText: (piece) => {
        text += piece
        if (out.json) out.data({ type: 'text', text: piece })
        else out.text(piece)
      },
    })
    finish(end, out, conversation.model)
  } catch (error) {
    if (!out.json && text && !text.endsWith('\n')) out.text('\n')
    if (!stop.signal.aborted) throw error
    throw new Exit(exit.interrupted)
  } finally {
    process.off('SIGINT', interrupt)
  }
}

function finish({ text, finishReason, usage, turnId }: AnswerEnd, out: Session['out'], model: string): void {
  const promptTokens = usage?.prompt_tokens ?? null
  const completionTokens = usage?.completion_tokens ?? null
  if (out.json) out.data({ type: 'end', model, text, finishReason, promptTokens, completionTokens, turnId })
  else if (!text.endsWith('\n')) out.text('\n')
  if (finishReason === 'length')
    out.note`${faint('The answer reached its limit of tokens; --max-tokens raises it.')}`
}

/** @throws CliError when there is nothing to ask */
export function requireMessage(message: string | null, isPersona: boolean): string {
  if (message === null) throw new CliError('The message is longer than 1 MiB.', 'Shorten it.', exit.usage)
  const text = message.trim()
  if (text || isPersona) return text
  throw new CliError('There is no message.', 'Give one with -m, or write it to stdin.', exit.usage)
}
