import type { VoteSource } from '../schemas'

export interface ActiveVote {
  id: string
  source: VoteSource
  choice: 'a' | 'b' | 'tie' | 'both_bad'
}

export interface PairVerdict<Vote extends ActiveVote> {
  /** The source of the votes that counted: people before LLM judges before rules. */
  source: VoteSource
  /** Null for a tie, or when no vote chose a side. */
  winner: 'a' | 'b' | null
  /** The winner's share of the votes that chose a side. */
  share: number
  /** The votes for the winner. */
  votes: Vote[]
}

const precedence: VoteSource[] = ['person', 'judge', 'rule']

/** The result of a pair's active votes: the majority within the first source that has votes. Null without votes. */
export function decidePair<Vote extends ActiveVote>(votes: readonly Vote[]): PairVerdict<Vote> | null {
  const source = precedence.find((one) => votes.some((vote) => vote.source === one))
  if (!source) return null
  const counted = votes.filter((vote) => vote.source === source)
  const forA = counted.filter(({ choice }) => choice === 'a')
  const forB = counted.filter(({ choice }) => choice === 'b')
  if (forA.length === forB.length) return { source, winner: null, share: 0, votes: [] }
  const winning = forA.length > forB.length ? forA : forB
  return {
    source,
    winner: winning === forA ? 'a' : 'b',
    share: winning.length / (forA.length + forB.length),
    votes: winning,
  }
}
