import { recognizeIngredient } from './match'
import { type Ingredient, ontology, type Role } from './ontology'
import type { Persona } from './persona'
import { pick, type Random, sample, seededRandom } from './random'
import type { Recipe } from './recipe'
import { writeRequest } from './request'
import { personaRules, type Rule } from './rule'
import type { CaseCategory } from './seed'
import { isForbidden } from './use'

/** What a person has and asks for. */
export type PantryPrompt = { inventory: string[]; request: string; category: CaseCategory }

type Shelves = { allowed: Ingredient[]; forbidden: Ingredient[] }

const COMPANIONS: Role[] = [
  'vegetable',
  'vegetable',
  'aromatic',
  'starch',
  'sauce',
  'herb',
  'fat',
  'spice',
  'fruit',
  'dairy',
]
const FORBIDDEN_SHARE = 1 / 3
const CROSS_SHARE = 0.12

/**
 * The prompt number `index` of a persona's stream `seed`: three to six ingredients of its cuisines and a
 * natural request. About a third hold one or two ingredients that the persona must not use.
 */
export function makePrompt(persona: Persona, seed: number, index: number): PantryPrompt {
  const random = seededRandom(mix(seed, index, persona.slug))
  const rules = personaRules(persona)
  const category = drawCategory(random, rules)
  const cuisines = category === 'cross_persona' ? otherCuisines(random, persona) : persona.cuisines
  const shelves = openShelves(persona, cuisines, rules)
  const size = category === 'edge_case' ? 3 : 3 + Math.floor(random() * 4)
  const forbidden =
    category === 'constraint_stress'
      ? sample(random, shelves.forbidden, random() < 0.3 && size > 3 ? 2 : 1)
      : []
  const chosen = [...chooseAllowed(random, shelves.allowed, persona, size - forbidden.length), ...forbidden]
  // People mostly name first what the meal is about.
  const [main, ...others] = chosen
  const inventory = [main, ...sample(random, others, others.length)].flatMap((each) => each?.name ?? [])
  return { inventory, request: writeRequest(random, category, persona, cuisines), category }
}

/**
 * A prompt from an imported recipe: up to six of the ingredients that Palate recognizes in it. Nothing where
 * it recognizes fewer than three.
 */
export function promptFromRecipe(
  recipe: Pick<Recipe, 'ingredients'>,
  persona: Persona,
  random: Random,
): PantryPrompt | undefined {
  const found = recipe.ingredients
    .map(({ line }) => recognizeIngredient(line)?.ingredient)
    .filter((each) => each !== undefined)
  const known = [...new Set(found)].filter(({ id }) => id !== 'water')
  if (known.length < 3) return undefined
  const inventory = sample(random, known, 3 + Math.floor(random() * 4)).map(({ name }) => name)
  const rules = personaRules(persona)
  const category = inventory.some((item) => isForbidden(item, rules))
    ? 'constraint_stress'
    : 'basic_alignment'
  return { inventory, request: writeRequest(random, category, persona, persona.cuisines), category }
}

function drawCategory(random: Random, rules: Rule[]): CaseCategory {
  const draw = random()
  if (draw < FORBIDDEN_SHARE && rules.length > 0) return 'constraint_stress'
  if (draw > 1 - CROSS_SHARE) return 'cross_persona'
  return draw > 1 - 2 * CROSS_SHARE ? 'edge_case' : 'basic_alignment'
}

function otherCuisines(random: Random, { cuisines }: Persona): string[] {
  return sample(
    random,
    ontology.cuisines.filter((each) => !cuisines.includes(each) && each !== 'asian' && each !== 'latin'),
    1,
  )
}

const opened = new WeakMap<Persona, Map<string, Shelves>>()

/** Filling shelves holds the whole ontology against the rules, so a persona's are kept while it is in use. */
function openShelves(persona: Persona, cuisines: string[], rules: Rule[]): Shelves {
  const known = opened.get(persona) ?? new Map<string, Shelves>()
  opened.set(persona, known)
  const key = cuisines.join('|')
  const shelves = known.get(key) ?? fillShelves(cuisines, rules)
  known.set(key, shelves)
  return shelves
}

/** What most kitchens of the first cuisine hold; a persona with no cuisine gets everything that is common. */
function fillShelves(cuisines: string[], rules: Rule[]): Shelves {
  const known = cuisines.filter((cuisine) => ontology.cuisines.includes(cuisine)).slice(0, 1)
  const local = ontology.ingredients.filter(
    (each) => each.common && (known.length === 0 || known.some((name) => each.cuisines.includes(name))),
  )
  const isOut = (each: Ingredient) => isForbidden(each.name, rules)
  return { allowed: local.filter((each) => !isOut(each)), forbidden: local.filter(isOut) }
}

function chooseAllowed(random: Random, allowed: Ingredient[], persona: Persona, count: number): Ingredient[] {
  const chosen: Ingredient[] = []
  const take = (candidates: Ingredient[]) => {
    const rest = candidates.filter((each) => !chosen.includes(each))
    if (rest.length > 0) chosen.push(pick(random, rest))
  }
  take(allowed.filter(({ role }) => role === 'protein'))
  const liked = new Set(persona.preferred.map((word) => recognizeIngredient(word)?.ingredient))
  if (random() < 0.5) take(allowed.filter((each) => liked.has(each)))
  const roles = sample(random, COMPANIONS, COMPANIONS.length)
  while (chosen.length < count && roles.length > 0) {
    const role = roles.pop()
    take(allowed.filter((each) => each.role === role))
  }
  return [
    ...chosen,
    ...sample(
      random,
      allowed.filter((each) => !chosen.includes(each)),
      count - chosen.length,
    ),
  ].slice(0, count)
}

/** One number from three, spread so that neighboring indexes give unrelated streams (FNV-1a). */
function mix(seed: number, index: number, slug: string): number {
  let hash = 0x811c9dc5
  for (const character of `${seed}/${index}/${slug}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  }
  return hash | 0
}
