import { type Database, pair, persona, personaVersion, prompt, type Transaction, vote } from '@palate/db'
import { and, asc, count, countDistinct, eq, gte, isNull, lt, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { actorUserId } from '../actor'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { isStandingVoteOf } from './labeler'
import type { LabelSummaryInput } from './schemas'
import { type RulesSummary, readRules } from './unlabeled'

type Reader = Database | Transaction

/** Pairs that still need votes of people. Two equal texts need none: their quota is 0. */
export async function countOpen(tx: Reader, workspaceId: string): Promise<number> {
  const [row] = await tx
    .select({ open: count() })
    .from(pair)
    .where(and(eq(pair.workspaceId, workspaceId), lt(pair.personVotes, pair.quota)))
  return row?.open ?? 0
}

/** The votes of one person that are not superseded. */
export async function countMine(tx: Reader, workspaceId: string, userId: string): Promise<number> {
  const [row] = await tx
    .select({ mine: count() })
    .from(vote)
    .where(
      and(
        eq(vote.workspaceId, workspaceId),
        eq(vote.userId, userId),
        eq(vote.source, 'person'),
        isNull(vote.supersededAt),
      ),
    )
  return row?.mine ?? 0
}

export interface LabelSummary {
  pairs: number
  /** Pairs that still need votes of people. */
  open: number
  personVotes: number
  ruleVotes: number
  mine: number
  /** Since the labeler's own day began. */
  mineToday: number
  /** Of the votes of people on pairs that the rules labeled too (`both`): where both chose a winner, and where it is the same. */
  agreement: { same: number; of: number; both: number } | null
  rules: RulesSummary
  byPersona: { slug: string; name: string; pairs: number; personVotes: number; ruleVotes: number }[]
}

/** The progress of labeling. Superseded votes do not count. */
export async function getLabelSummary(
  ctx: ServiceContext,
  { dayStart }: LabelSummaryInput = {},
): Promise<LabelSummary> {
  authorize(ctx, 'label:read')
  const { db, workspaceId } = ctx
  const userId = actorUserId(ctx.actor)
  const byPersona = await countByPersona(db, workspaceId)
  const sum = (field: 'pairs' | 'personVotes' | 'ruleVotes') =>
    byPersona.reduce((total, row) => total + row[field], 0)
  return {
    pairs: sum('pairs'),
    open: await countOpen(db, workspaceId),
    personVotes: sum('personVotes'),
    ruleVotes: sum('ruleVotes'),
    mine: userId ? await countMine(db, workspaceId, userId) : 0,
    mineToday: userId
      ? await countSince(ctx, userId, dayStart ? new Date(dayStart) : midnightUtc(ctx.now()))
      : 0,
    agreement: await compareWithRules(db, workspaceId),
    rules: await readRules(db, workspaceId),
    byPersona,
  }
}

async function countByPersona(db: Database, workspaceId: string): Promise<LabelSummary['byPersona']> {
  const rows = await db
    .select({
      slug: persona.slug,
      name: sql<string>`(array_agg(${personaVersion.body} ->> 'name' order by ${personaVersion.number} desc))[1]`,
      pairs: countDistinct(pair.id),
      personVotes: count(sql`case when ${vote.source} = 'person' then 1 end`),
      ruleVotes: count(sql`case when ${vote.source} = 'rule' then 1 end`),
    })
    .from(pair)
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .leftJoin(vote, and(eq(vote.pairId, pair.id), isNull(vote.supersededAt)))
    .where(eq(pair.workspaceId, workspaceId))
    .groupBy(persona.id)
    .orderBy(asc(persona.createdAt), asc(persona.slug))
  return rows
}

function midnightUtc(now: Date): Date {
  const midnight = new Date(now)
  midnight.setUTCHours(0, 0, 0, 0)
  return midnight
}

async function countSince({ db, workspaceId }: ServiceContext, userId: string, start: Date): Promise<number> {
  const [row] = await db
    .select({ today: count() })
    .from(vote)
    .where(and(isStandingVoteOf(workspaceId, userId), gte(vote.createdAt, start)))
  return row?.today ?? 0
}

async function compareWithRules(db: Database, workspaceId: string): Promise<LabelSummary['agreement']> {
  const rule = alias(vote, 'rule')
  const decided = sql`${vote.choice} in ('a', 'b') and ${rule.choice} in ('a', 'b')`
  const [row] = await db
    .select({
      same: count(sql`case when ${decided} and ${vote.choice} = ${rule.choice} then 1 end`),
      of: count(sql`case when ${decided} then 1 end`),
      both: count(),
    })
    .from(vote)
    .innerJoin(rule, and(eq(rule.pairId, vote.pairId), eq(rule.source, 'rule'), isNull(rule.supersededAt)))
    .where(and(eq(vote.workspaceId, workspaceId), eq(vote.source, 'person'), isNull(vote.supersededAt)))
  return row && row.both > 0 ? row : null
}
