import type { VoteSource } from '../schemas'

export interface ActiveVote {
  id: string
  source: VoteSource
  choice: 'a' | 'b' | 'tie' | 'both_bad'
}

export interface PairVerdict<Vote extends ActiveVote> {
  /** Whose votes counted: people before judge models before rules. */
  source: VoteSource
  /** Null when they are even, or when nobody found one answer better. */
  winner: 'a' | 'b' | null
  /** The winner's share of the votes that chose a side. */
  share: number
  /** The votes that the winner got. */
  votes: Vote[]
}

const order: VoteSource[] = ['person', 'judge', 'rule']

/** What the active votes of one pair come to: the majority of the highest source that spoke. Null without votes. */
export function decidePair<Vote extends ActiveVote>(votes: readonly Vote[]): PairVerdict<Vote> | null {
  const source = order.find((one) => votes.some((vote) => vote.source === one))
  if (!source) return null
  const heard = votes.filter((vote) => vote.source === source)
  const forA = heard.filter(({ choice }) => choice === 'a')
  const forB = heard.filter(({ choice }) => choice === 'b')
  if (forA.length === forB.length) return { source, winner: null, share: 0, votes: [] }
  const winning = forA.length > forB.length ? forA : forB
  return {
    source,
    winner: winning === forA ? 'a' : 'b',
    share: winning.length / (forA.length + forB.length),
    votes: winning,
  }
}
