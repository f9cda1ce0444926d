import { newId, pair, pairClaim, personaVersion, prompt, type Transaction, vote } from '@palate/db'
import { and, eq, isNull } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { hasRoom, type Labeler } from './claim'
import { lockLabeler, requireLabeler } from './labeler'
import { VoteInput } from './schemas'
import { toChoice } from './shown-order'
import { countMine, countOpen } from './summary'

export interface VoteResult {
  voteId: string
  /** Whether it replaces another choice of the caller, for example one of another window. */
  superseded: boolean
  /** The caller's votes that are not superseded. */
  mine: number
  /** Pairs that still need votes of people. */
  open: number
}

/**
 * Stores the caller's vote on a pair that they have claimed. The same choice again changes nothing; another choice
 * supersedes the first.
 * @throws DomainError `conflict` when the caller has no claim, or it has expired and others have labeled the pair
 */
export async function castVote(ctx: ServiceContext, input: VoteInput): Promise<VoteResult> {
  authorize(ctx, 'label:create')
  const { pairId, choice: shown, durationMs } = VoteInput.parse(input)
  const { workspaceId } = ctx
  const labeler = { workspaceId, userId: requireLabeler(ctx), now: ctx.now() }
  return ctx.db.transaction(async (tx) => {
    await lockLabeler(tx, workspaceId, labeler.userId)
    const labeled = await lockPair(tx, workspaceId, pairId)
    const claim = await findClaim(tx, labeler, pairId)
    const choice = toChoice(shown, claim.shownOrder)
    const given = await findVote(tx, labeler, pairId)
    // A changed vote replaces the caller's own, so only a first vote needs room.
    if (!given) await requireRoom(tx, labeler, claim, pairId)
    if (given && given.choice !== choice)
      await tx.update(vote).set({ supersededAt: labeler.now }).where(eq(vote.id, given.id))
    const voteId = given?.choice === choice ? given.id : newId('vote')
    if (voteId !== given?.id) {
      await tx.insert(vote).values({
        id: voteId,
        workspaceId,
        pairId,
        source: 'person',
        userId: labeler.userId,
        personaVersionId: labeled.personaVersionId,
        choice,
        shownOrder: claim.shownOrder,
        durationMs,
        createdAt: labeler.now,
      })
      await audit(tx, ctx, 'label.vote', voteId, { pairId, superseded: given?.id ?? null })
      await notify(tx, { workspaceId, topic: 'label', id: pairId })
    }
    const mine = await countMine(tx, workspaceId, labeler.userId)
    return {
      voteId,
      superseded: given !== undefined && given.id !== voteId,
      mine,
      open: await countOpen(tx, workspaceId),
    }
  })
}

async function lockPair(tx: Transaction, workspaceId: string, pairId: string) {
  const [row] = await tx
    .select({ personaVersionId: personaVersion.id })
    .from(pair)
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .where(and(eq(pair.workspaceId, workspaceId), eq(pair.id, pairId)))
    .for('update', { of: pair })
  return required(row, 'This pair')
}

async function findClaim(tx: Transaction, { userId }: Labeler, pairId: string) {
  const [claim] = await tx
    .select()
    .from(pairClaim)
    .where(and(eq(pairClaim.pairId, pairId), eq(pairClaim.userId, userId), isNull(pairClaim.skippedAt)))
  if (claim) return claim
  throw new DomainError('conflict', 'You have no claim on this pair.', 'Take the next one.')
}

export async function findVote(tx: Transaction, { userId }: Labeler, pairId: string) {
  const [given] = await tx
    .select()
    .from(vote)
    .where(
      and(
        eq(vote.pairId, pairId),
        eq(vote.userId, userId),
        eq(vote.source, 'person'),
        isNull(vote.supersededAt),
      ),
    )
  return given
}

/** An expired claim still counts while no other person has labeled or claimed the pair. */
async function requireRoom(tx: Transaction, labeler: Labeler, claim: { expiresAt: Date }, pairId: string) {
  if (claim.expiresAt > labeler.now) return
  const [free] = await tx
    .select({ id: pair.id })
    .from(pair)
    .where(and(eq(pair.id, pairId), hasRoom(labeler)))
  if (free) return
  throw new DomainError(
    'conflict',
    'Your claim on this pair expired after ten minutes, and another person has taken it.',
    'Take the next one.',
  )
}
