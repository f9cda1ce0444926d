import { chatTurn, type Database, feedback, personaVersion, type Transaction } from '@palate/db'
import { personaPrompt, userMessage } from '@palate/recipe'
import { and, asc, eq } from 'drizzle-orm'

/** A line of `thumbs.jsonl`. */
export interface ThumbRow {
  turnId: string
  system: string
  user: string
  answer: string
  thumb: 'up' | 'down'
}

export interface Thumbs {
  rows: ThumbRow[]
  /** `unfinished`: answers that were stopped, cut off or empty. They are not used, because they do not show where an answer ends. */
  counts: { up: number; down: number; unfinished: number }
  /** The thumbs of the rows, sorted. */
  feedbackIds: string[]
  personaVersionIds: string[]
}

/**
 * The data of a training on thumbs: the rated answers of the public chat, oldest first, each with the prompt that it was
 * generated with.
 */
export async function buildThumbRows(
  { workspaceId }: { workspaceId: string },
  tx: Transaction | Database,
): Promise<Thumbs> {
  const found = await tx
    .select({ id: feedback.id, thumb: feedback.thumb, turn: chatTurn, persona: personaVersion })
    .from(feedback)
    .innerJoin(chatTurn, eq(chatTurn.id, feedback.turnId))
    .innerJoin(personaVersion, eq(personaVersion.id, chatTurn.personaVersionId))
    .where(and(eq(feedback.workspaceId, workspaceId), eq(chatTurn.workspaceId, workspaceId)))
    .orderBy(asc(chatTurn.createdAt), asc(chatTurn.id))
  const whole = found.filter(({ turn }) => turn.finishReason === 'stop' && turn.text.trim() !== '')
  const up = whole.filter(({ thumb }) => thumb === 'up').length
  return {
    rows: whole.map(({ thumb, turn, persona }) => ({
      turnId: turn.id,
      system: personaPrompt(persona.body),
      user: userMessage({ inventory: turn.inventory, request: turn.request }),
      answer: turn.text,
      thumb,
    })),
    counts: { up, down: whole.length - up, unfinished: found.length - whole.length },
    feedbackIds: whole.map(({ id }) => id).sort(),
    personaVersionIds: [...new Set(whole.map(({ persona }) => persona.id))].sort(),
  }
}
