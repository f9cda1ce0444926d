import { type CheckContext, checkRecipe } from '@palate/recipe'

export interface Candidate {
  id: string
  seq: number
  text: string
}

/**
 * Of a prompt's answers, the two that teach most: one that keeps the persona's rules beside one that breaks them, best
 * where the one that keeps them is well-formed (training copies the chosen answer, its faults too); then the larger
 * difference in broken rules, in used ingredients, in problems of form. Without any difference it is the first two that
 * are not equal. Answers in `seq` order; the first of the pair has the lower one.
 *
 * Two answers that both keep or both break the rules end in a tie or "both bad", and teach nothing of them.
 * @returns null for fewer than two answers; two equal ones where all are equal
 */
export function choosePair<Answer extends Candidate>(
  answers: readonly Answer[],
  context: CheckContext,
): [Answer, Answer] | null {
  const read = [...answers]
    .sort((one, other) => one.seq - other.seq)
    .map((answer) => ({ answer, ...grade(answer.text, context) }))
  let best: { pair: [Answer, Answer]; contrast: number[] } | null = null
  for (const [index, one] of read.entries()) {
    for (const other of read.slice(index + 1)) {
      const contrast = contrastOf(one, other)
      if (!best || isMore(contrast, best.contrast)) best = { pair: [one.answer, other.answer], contrast }
    }
  }
  return best?.pair ?? null
}

interface Grade {
  answer: Candidate
  broken: number
  used: number
  problems: number
}

function grade(text: string, context: CheckContext): Omit<Grade, 'answer'> {
  const { violations, use, format } = checkRecipe(text, context)
  return { broken: violations.length, used: use.used.length, problems: format.problems.length }
}

/** By importance; the first difference decides. */
function contrastOf(one: Grade, other: Grade): number[] {
  const better = one.broken <= other.broken ? one : other
  const decides = (one.broken === 0) !== (other.broken === 0)
  return [
    Number(one.answer.text !== other.answer.text),
    Number(decides && better.problems === 0),
    Number(decides),
    Number(better.problems === 0),
    Math.abs(one.broken - other.broken),
    Math.abs(one.used - other.used),
    Math.abs(one.problems - other.problems),
  ]
}

function isMore(contrast: number[], than: number[]): boolean {
  for (const [index, value] of contrast.entries()) {
    const difference = value - (than[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}
