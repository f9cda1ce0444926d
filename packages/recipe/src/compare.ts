import { type CheckContext, checkRecipe, type RecipeCheck } from './constraint'
import { parseRecipe } from './parse'

export type PairChoice = 'a' | 'b' | 'tie' | 'both_bad'
export type PairJudgment = { choice: PairChoice; reason: string }

type Answer = { check: RecipeCheck; isRecipe: boolean }

/**
 * Judges two answers by rule, the same way every time: what is no recipe loses, then fewer violations win,
 * then more of the allowed given ingredients, then the better form. Equals are a tie, or both bad where
 * neither is a recipe or both break the persona's rules.
 */
export function comparePair(a: string, b: string, context: CheckContext): PairJudgment {
  const left = readAnswer(a, context)
  const right = readAnswer(b, context)
  if (!left.isRecipe && !right.isRecipe) return { choice: 'both_bad', reason: 'Neither answer is a recipe.' }
  const steps: [number, (winner: Answer, loser: Answer) => string][] = [
    [Number(right.isRecipe) - Number(left.isRecipe), () => 'The other answer is no recipe.'],
    [
      countViolations(left) - countViolations(right),
      (winner, loser) =>
        `It breaks ${count(countViolations(winner), 'rule')} of the persona, the other ${countViolations(loser)}.`,
    ],
    [
      right.check.use.used.length - left.check.use.used.length,
      (winner, loser) =>
        `It uses ${winner.check.use.used.length} of the ${count(winner.check.use.allowedGiven.length, 'allowed given ingredient')}, the other ${loser.check.use.used.length}.`,
    ],
    [
      left.check.format.problems.length - right.check.format.problems.length,
      (_, loser) => `It has the better form; of the other: ${loser.check.format.problems[0]?.text ?? ''}`,
    ],
  ]
  const decisive = steps.find(([difference]) => difference !== 0)
  if (decisive) {
    const [difference, explain] = decisive
    return difference < 0
      ? { choice: 'a', reason: explain(left, right) }
      : { choice: 'b', reason: explain(right, left) }
  }
  const broken = countViolations(left)
  if (broken > 0) return { choice: 'both_bad', reason: `Both break ${count(broken, 'rule')} of the persona.` }
  return { choice: 'tie', reason: 'By the rules both are equally good.' }
}

function readAnswer(text: string, context: CheckContext): Answer {
  const recipe = parseRecipe(text)
  return {
    check: checkRecipe(recipe, context),
    isRecipe: recipe.ingredients.length > 0 && recipe.steps.length > 0,
  }
}

function countViolations({ check }: Answer): number {
  return check.violations.length
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
