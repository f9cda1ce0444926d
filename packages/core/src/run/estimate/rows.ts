import { attempt, type Database, type DatasetProfile, run, type Transaction } from '@palate/db'
import type { EstimateKind, EstimateRows } from '@palate/protocol'
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm'

/** The size of training texts, each a prompt with an answer; a pair has two. */
export interface TextSize {
  sequences: number
  characters: number
  answerCharacters: number
}

/** For English recipes and a vocabulary of a few thousand tokens. The preflight of a first run gives the true value. */
const charactersPerToken = 3.5

/** The number of tokens of these texts: by the mean length of the newest preflight on the same model, else by characters. */
export async function loadEstimateRows(
  tx: Database | Transaction,
  workspaceId: string,
  { kind, baseId, size }: { kind: EstimateKind; baseId: string; size: TextSize },
): Promise<{ rows: EstimateRows; rowsFrom: 'preflight' | 'text' }> {
  const [row] = await tx
    .select({ preflight: attempt.preflight })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.workspaceId, workspaceId),
        isNotNull(attempt.preflight),
        eq(run.kind, kind),
        sql`coalesce(${run.lineage} ->> 'baseModelVersionId', ${run.lineage} ->> 'base') = ${baseId}`,
      ),
    )
    .orderBy(desc(attempt.startedAt))
    .limit(1)
  const preflight = row?.preflight
  if (preflight && preflight.sequences > 0 && preflight.trained + preflight.masked > 0) {
    const tokens = preflight.trained + preflight.masked
    const rows = {
      sequences: size.sequences,
      tokens: Math.round((size.sequences * tokens) / preflight.sequences),
      scoredShare: preflight.trained / tokens,
    }
    return { rows, rowsFrom: 'preflight' }
  }
  const rows = {
    sequences: size.sequences,
    tokens: Math.round(size.characters / charactersPerToken),
    scoredShare: size.answerCharacters / Math.max(1, size.characters),
  }
  return { rows, rowsFrom: 'text' }
}

/** The texts of preference rows: each answer with its prompt. */
export function sizeOfPairs(
  pairs: readonly { system: string; user: string; chosen: string; rejected: string }[],
): TextSize {
  const answers = pairs.reduce((sum, { chosen, rejected }) => sum + chosen.length + rejected.length, 0)
  const prompts = pairs.reduce((sum, { system, user }) => sum + 2 * (system.length + user.length), 0)
  return { sequences: 2 * pairs.length, characters: prompts + answers, answerCharacters: answers }
}

/** The texts of thumbs: one answer each. */
export function sizeOfThumbs(thumbs: readonly { system: string; user: string; answer: string }[]): TextSize {
  const answerCharacters = thumbs.reduce((sum, { answer }) => sum + answer.length, 0)
  const prompts = thumbs.reduce((sum, { system, user }) => sum + system.length + user.length, 0)
  return { sequences: thumbs.length, characters: prompts + answerCharacters, answerCharacters }
}

/** The recipes of a dataset's training split, each with a prompt that has its title and ingredients. */
export function sizeOfDataset(profile: DatasetProfile | null): TextSize | null {
  if (!profile) return null
  const answerCharacters = profile.splits.train * profile.lengthMedian
  const characters = Math.round(answerCharacters * 1.4)
  return { sequences: profile.splits.train, characters, answerCharacters }
}
