import { type Database, personaVersion, type Transaction, variantBatch, vote } from '@palate/db'
import { personaPrompt, userMessage } from '@palate/recipe'
import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import { groupBy } from '../../group-by'
import { pairTexts } from '../../variant/pair-texts'
import type { PreferenceFilter } from '../schemas'
import { decidePair } from './decide-pair'

/** A line of `pairs.jsonl`. */
export interface PreferenceRow {
  pairId: string
  system: string
  user: string
  chosen: string
  rejected: string
  weight: number
}

export interface Preferences {
  rows: PreferenceRow[]
  counts: { decided: number; ties: number; person: number; judge: number; rule: number }
  /** The votes that decided the rows, sorted. */
  voteIds: string[]
  personaVersionIds: string[]
  batchIds: string[]
}

/**
 * The data of a preference training: one row for each pair that has a winner, by batch and prompt. A row's system prompt
 * is the full prompt of the persona version that the vote was made with.
 */
export async function buildPreferenceRows(
  ctx: { workspaceId: string },
  tx: Transaction | Database,
  filter: PreferenceFilter,
): Promise<Preferences> {
  const byPair = groupBy(await readVotes(ctx, tx, filter), ({ pairId }) => pairId)
  const counts = { decided: 0, ties: 0, person: 0, judge: 0, rule: 0 }
  const rows: PreferenceRow[] = []
  const used: VoteRow[] = []
  for (const votes of byPair.values()) {
    const verdict = decidePair(votes)
    if (!verdict) continue
    const [first] = verdict.votes
    if (!first || !verdict.winner) {
      counts.ties += 1
      continue
    }
    counts.decided += 1
    counts[verdict.source] += 1
    used.push(...verdict.votes)
    rows.push(toRow(first, verdict.winner, verdict.share))
  }
  const unique = (values: string[]) => [...new Set(values)].sort()
  return {
    rows,
    counts,
    voteIds: unique(used.map(({ id }) => id)),
    personaVersionIds: unique(used.map(({ personaVersionId }) => personaVersionId)),
    batchIds: unique(used.map(({ batchId }) => batchId)),
  }
}

type VoteRow = Awaited<ReturnType<typeof readVotes>>[number]

async function readVotes(
  { workspaceId }: { workspaceId: string },
  tx: Transaction | Database,
  { batchIds, sources }: PreferenceFilter,
) {
  const pairs = pairTexts(tx)
  const { pairId, batchId, inventory, request, a, b } = pairs
  const { id, source, choice, personaVersionId } = vote
  return tx
    .select({
      ...{ id, source, choice, personaVersionId, pairId, batchId, inventory, request, a, b },
      persona: personaVersion.body,
    })
    .from(pairs)
    .innerJoin(vote, eq(vote.pairId, pairs.pairId))
    .innerJoin(personaVersion, eq(personaVersion.id, vote.personaVersionId))
    .innerJoin(variantBatch, eq(variantBatch.id, pairs.batchId))
    .where(
      and(
        eq(vote.workspaceId, workspaceId),
        isNull(vote.supersededAt),
        batchIds && inArray(pairs.batchId, batchIds),
        sources && inArray(vote.source, sources),
      ),
    )
    .orderBy(asc(variantBatch.number), asc(pairs.seq), asc(vote.createdAt), asc(vote.id))
}

function toRow(row: VoteRow, winner: 'a' | 'b', share: number): PreferenceRow {
  const [chosen, rejected] = winner === 'a' ? [row.a, row.b] : [row.b, row.a]
  return {
    pairId: row.pairId,
    system: personaPrompt(row.persona),
    user: userMessage({ inventory: row.inventory, request: row.request }),
    chosen,
    rejected,
    weight: share,
  }
}
