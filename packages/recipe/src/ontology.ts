import * as z from 'zod'
import data from '../data/ontology.json' with { type: 'json' }
import { normalName } from './tokens'

export const Role = z.enum([
  'protein',
  'vegetable',
  'starch',
  'aromatic',
  'sauce',
  'spice',
  'fat',
  'dairy',
  'herb',
  'sweetener',
  'liquid',
  'fruit',
  'nut',
])
export type Role = z.infer<typeof Role>

export const Ingredient = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  tags: z.array(z.string().min(1)),
  /** Found in most kitchens: what made-up prompts and the starter model's corpus draw on. */
  common: z.boolean().optional(),
  role: Role,
  cuisines: z.array(z.string()).min(1),
  measures: z.array(z.string().min(1)).min(1),
  preps: z.array(z.string()),
})
export type Ingredient = z.infer<typeof Ingredient>

const Words = z.array(z.string())

/** What Palate knows about food: ingredients with tags, what a tag implies, what a diet leaves out. */
export const Ontology = z
  .strictObject({
    version: z.literal(1),
    cuisines: Words,
    ingredients: z.array(Ingredient),
    implies: z.record(z.string(), Words),
    diets: z.record(z.string(), Words),
    terms: z.record(z.string(), z.string()),
  })
  .superRefine((ontology, context) => {
    const known = knownTags(ontology)
    const owners = new Map<string, string>()
    const complain = (message: string) => context.addIssue({ code: 'custom', message })
    for (const { id, name, aliases, cuisines } of ontology.ingredients) {
      for (const spelling of new Set([name, ...aliases].map(normalName))) {
        const owner = owners.get(spelling)
        if (owner) complain(`"${spelling}" names both ${owner} and ${id}.`)
        owners.set(spelling, id)
      }
      for (const cuisine of cuisines) {
        if (!ontology.cuisines.includes(cuisine)) complain(`${id} names an unknown cuisine, ${cuisine}.`)
      }
    }
    for (const [diet, tags] of Object.entries(ontology.diets)) {
      for (const tag of tags) if (!known.has(tag)) complain(`The diet ${diet} names an unknown tag, ${tag}.`)
    }
    for (const [term, tag] of Object.entries(ontology.terms)) {
      if (!known.has(tag)) complain(`The term ${term} stands for an unknown tag, ${tag}.`)
    }
  })
export type Ontology = z.infer<typeof Ontology>

function knownTags(ontology: Pick<Ontology, 'ingredients' | 'implies'>): Set<string> {
  const implied = Object.entries(ontology.implies).flatMap(([tag, others]) => [tag, ...others])
  return new Set([...ontology.ingredients.flatMap(({ tags }) => tags), ...implied])
}

export const ontology: Ontology = Ontology.parse(data)

const tags = knownTags(ontology)
const tagByWord = new Map([...tags].map((tag) => [normalName(tag), tag]))
const tagByTerm = new Map(Object.entries(ontology.terms).map(([term, tag]) => [normalName(term), tag]))

/** The tag that a word stands for ("eggs" → "egg", "hot" → "spicy"), or nothing when it is no tag. */
export function findTag(word: string): string | undefined {
  const normal = normalName(word)
  return tagByTerm.get(normal) ?? tagByWord.get(normal)
}

/**
 * All that some tags imply, each with the tag it came from (`null` for those given):
 * `closure(['bacon'])` holds bacon, pork, meat, cured and salt.
 */
export function closure(given: Iterable<string>): Map<string, string | null> {
  const found = new Map<string, string | null>()
  const queue: [string, string | null][] = [...given].map((tag) => [tag, null])
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [tag, from] = next
    if (found.has(tag)) continue
    found.set(tag, from)
    for (const implied of ontology.implies[tag] ?? []) queue.push([implied, tag])
  }
  return found
}

/** The steps from an ingredient's own tag to one that it implies: `['cheese', 'dairy']`. */
export function tagPath(found: Map<string, string | null>, tag: string): string[] {
  const path: string[] = []
  for (let at: string | null | undefined = tag; at; at = found.get(at)) path.unshift(at)
  return path
}
