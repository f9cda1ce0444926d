import {
  type ImportedRecipe,
  isForbidden,
  makePrompt,
  normalizeRecipe,
  type Persona,
  personaRules,
  promptFromRecipe,
  type Recipe,
  seededRandom,
} from '@palate/recipe'

export interface MadePrompt {
  inventory: string[]
  request: string
}

const tries = 24

/**
 * `count` different prompts for a persona, the same for the same seed and examples. With examples, every second prompt
 * has the ingredients of one of them. Half of the prompts have an
 * ingredient that the persona forbids: only there can two answers differ in whether they keep its rules.
 */
export function makePrompts(
  persona: Persona,
  count: number,
  seed: number,
  examples: ImportedRecipe[],
): MadePrompt[] {
  const recipes = examples.map(normalizeRecipe)
  const random = seededRandom(seed)
  const rules = personaRules(persona)
  const seen = new Set<string>()
  const made: MadePrompt[] = []
  let drawn = 0
  const fromDefaults = () => makePrompt(persona, seed, drawn++)
  const fromRecipe = () => promptFromRecipe(pickOne(recipes, random), persona, random)
  for (let index = 0; index < count; index += 1) {
    // 0, 3, 4, 7 …: half of those from recipes, and half of the others.
    const tempting = rules.length > 0 && (index % 4 === 0 || index % 4 === 3)
    const fits = (each: MadePrompt) =>
      each.inventory.some((item) => isForbidden(item, rules)) === tempting && !seen.has(keyOf(each))
    const found =
      (recipes.length > 0 && index % 2 === 1 ? firstFit(fromRecipe, fits) : undefined) ??
      firstFit(fromDefaults, fits) ??
      fromDefaults()
    seen.add(keyOf(found))
    made.push({ inventory: found.inventory, request: found.request })
  }
  return made
}

function firstFit(
  draw: () => MadePrompt | undefined,
  fits: (prompt: MadePrompt) => boolean,
): MadePrompt | undefined {
  for (let left = tries; left > 0; left -= 1) {
    const prompt = draw()
    if (prompt && fits(prompt)) return prompt
  }
  return undefined
}

function pickOne(recipes: Recipe[], random: () => number): Recipe {
  const recipe = recipes[Math.floor(random() * recipes.length)]
  if (!recipe) throw new RangeError('There are no recipes.')
  return recipe
}

function keyOf({ inventory, request }: MadePrompt): string {
  return JSON.stringify([[...inventory].sort(), request])
}
