import { type IngredientMatch, matchIngredients } from './match'
import { parseRecipe } from './parse'
import type { Persona } from './persona'
import type { IngredientLine, Recipe, RecipeProblem } from './recipe'
import { breakByWords, findBreak, personaRules, type Rule, type RuleBreak } from './rule'
import { matchStep } from './step'
import { type IngredientUse, measureUse } from './use'

/** One offending ingredient. It is reported once, at the first place that names it. */
export type Violation = {
  rule: 'forbidden' | 'diet'
  /** The persona's entry that it breaks: a forbidden word as written, or a diet's name. */
  term: string
  /** The ingredient by its canonical name, or the word itself where the ontology does not know it. */
  ingredient: string
  ingredientLine?: string
  step?: string
  /** A sentence that says why. */
  evidence: string
}

export type RecipeCheck = {
  violations: Violation[]
  format: { ok: boolean; problems: RecipeProblem[] }
  use: IngredientUse
}

export type CheckContext = { persona: Pick<Persona, 'forbidden' | 'diets'>; inventory: string[] }

/**
 * Holds a recipe against a persona's rules and the ingredients a person gave: what it must not use, whether
 * it has the form of a recipe, and which of the given ingredients it uses.
 */
export function checkRecipe(input: string | Recipe, { persona, inventory }: CheckContext): RecipeCheck {
  const recipe = typeof input === 'string' ? parseRecipe(input) : input
  const rules = personaRules(persona)
  return {
    violations: findViolations(recipe, rules),
    format: { ok: recipe.problems.length === 0, problems: recipe.problems },
    use: measureUse(recipe, inventory, rules),
  }
}

function findViolations({ ingredients, steps }: Recipe, rules: Rule[]): Violation[] {
  if (rules.length === 0) return []
  const listed = ingredients.map((line) => ({ line, matches: matchIngredients(line.line) }))
  const found = new Map<string, Violation>()
  const report = (
    key: string,
    { rule, reason }: RuleBreak,
    ingredient: string,
    place: Partial<Violation>,
  ) => {
    if (found.has(key)) return
    found.set(key, { rule: rule.kind, term: rule.term, ingredient, ...place, evidence: reason })
  }
  const look = (text: string, matches: IngredientMatch[], place: Partial<Violation>) => {
    for (const match of matches) {
      const broken = findBreak(match, rules)
      if (broken) report(match.ingredient.id, broken, match.ingredient.name, place)
    }
    const byWords = breakByWords(text, rules)
    if (byWords) report(`word:${byWords.rule.term}`, byWords, byWords.rule.term, place)
  }
  for (const { line, matches } of listed) look(line.line, matches, { ingredientLine: line.line })
  const known = listed.map(({ line, matches }: { line: IngredientLine; matches: IngredientMatch[] }) => ({
    name: line.name,
    matches,
  }))
  for (const step of steps) look(step, matchStep(step, known), { step })
  return [...found.values()]
}
