import {
  type Database,
  type PersonaBody,
  pair,
  personaVersion,
  prompt,
  type Transaction,
  variant,
  variantBatch,
  vote,
} from '@palate/db'
import { personaPrompt, userMessage } from '@palate/recipe'
import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { groupBy } from '../../group-by'
import type { PreferenceFilter } from '../schemas'
import { type ActiveVote, decidePair } from './decide-pair'

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
  /** The votes that the rows rest on, sorted. */
  voteIds: string[]
  personaVersionIds: string[]
  batchIds: string[]
}

/**
 * What a preference training learns from: one row for each pair that has a winner, in the order in which the pairs
 * were asked for. Its system prompt is the full prompt of the persona as it was when the vote was given.
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

type VoteRow = ActiveVote & {
  pairId: string
  batchId: string
  personaVersionId: string
  persona: PersonaBody
  inventory: string[]
  request: string
  a: string | null
  b: string | null
}

async function readVotes(
  { workspaceId }: { workspaceId: string },
  tx: Transaction | Database,
  { batchIds, sources }: PreferenceFilter,
): Promise<VoteRow[]> {
  const variantA = alias(variant, 'variant_a')
  const variantB = alias(variant, 'variant_b')
  return tx
    .select({
      id: vote.id,
      source: vote.source,
      choice: vote.choice,
      pairId: pair.id,
      batchId: variantBatch.id,
      personaVersionId: vote.personaVersionId,
      persona: personaVersion.body,
      inventory: prompt.inventory,
      request: prompt.request,
      a: variantA.text,
      b: variantB.text,
    })
    .from(vote)
    .innerJoin(pair, eq(pair.id, vote.pairId))
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(variantBatch, eq(variantBatch.id, prompt.batchId))
    .innerJoin(variantA, eq(variantA.id, pair.variantAId))
    .innerJoin(variantB, eq(variantB.id, pair.variantBId))
    .innerJoin(personaVersion, eq(personaVersion.id, vote.personaVersionId))
    .where(
      and(
        eq(vote.workspaceId, workspaceId),
        isNull(vote.supersededAt),
        batchIds && inArray(variantBatch.id, batchIds),
        sources && inArray(vote.source, sources),
      ),
    )
    .orderBy(asc(variantBatch.number), asc(prompt.seq), asc(vote.createdAt), asc(vote.id))
}

function toRow(row: VoteRow, winner: 'a' | 'b', share: number): PreferenceRow {
  const [chosen, rejected] = winner === 'a' ? [row.a, row.b] : [row.b, row.a]
  return {
    pairId: row.pairId,
    system: personaPrompt(row.persona),
    user: userMessage({ inventory: row.inventory, request: row.request }),
    chosen: chosen ?? '',
    rejected: rejected ?? '',
    weight: share,
  }
}
