import type { AnswerFinding, PersonaBody } from '@palate/db'
import { checkRecipe, comparePair } from '@palate/recipe'

export interface UnscoredPair {
  category: string
  persona: PersonaBody
  inventory: string[]
  base: string
  tuned: string
}

export interface AnswerScore {
  findings: AnswerFinding[]
  formatOk: boolean
  usedAll: boolean
  usedShare: { used: number; allowed: number }
}

export type Winner = 'base' | 'tuned' | 'tie'

export interface PairScore {
  category: string
  base: AnswerScore
  tuned: AnswerScore
  winner: Winner
}

/** Checks both answers to a case against the persona's rules, and compares them. */
export function scorePair({ category, persona, inventory, base, tuned }: UnscoredPair): PairScore {
  const context = { persona, inventory }
  return {
    category,
    base: scoreAnswer(base, context),
    tuned: scoreAnswer(tuned, context),
    winner: pickWinner({ persona, inventory, base, tuned }),
  }
}

/** The better answer by the rules; two equally good or equally bad answers are a tie. */
export function pickWinner({ persona, inventory, base, tuned }: Omit<UnscoredPair, 'category'>): Winner {
  const { choice } = comparePair(base, tuned, { persona, inventory })
  if (choice === 'a') return 'base'
  return choice === 'b' ? 'tuned' : 'tie'
}

function scoreAnswer(text: string, context: Parameters<typeof checkRecipe>[1]): AnswerScore {
  const { violations, format, use } = checkRecipe(text, context)
  return {
    findings: violations.map(({ rule, term, evidence, ingredientLine, step }) => ({
      rule,
      term,
      evidence,
      line: ingredientLine ?? step ?? '',
    })),
    formatOk: format.ok,
    usedAll: use.all,
    usedShare: { used: use.used.length, allowed: use.allowedGiven.length },
  }
}
