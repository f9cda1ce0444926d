import type { IngredientMatch } from './match'
import { findTag, ontology, type Role, tagPath } from './ontology'
import type { Persona } from './persona'
import { containsWords, normalName } from './tokens'

/** One thing that a persona rules out: a word of its forbidden list, or a tag that its diet leaves out. */
export type Rule = { kind: 'forbidden' | 'diet'; term: string; words: string; tag: string | undefined }

/** A rule broken, and the sentence that says why. */
export type RuleBreak = { rule: Rule; reason: string }

/** The rules of a persona: its forbidden words first, then its diets. */
export function personaRules({ forbidden, diets }: Pick<Persona, 'forbidden' | 'diets'>): Rule[] {
  const words = forbidden.map<Rule>((term) => ({
    kind: 'forbidden',
    term,
    words: normalName(term),
    tag: findTag(term),
  }))
  const left = diets.flatMap((diet) =>
    (ontology.diets[diet] ?? []).map<Rule>((tag) => ({
      kind: 'diet',
      term: diet,
      words: normalName(tag),
      tag,
    })),
  )
  return [...words, ...left].filter((rule) => rule.words !== '')
}

/** The plainest break of an ingredient among the rules, or nothing when it is allowed. */
export function findBreak(match: IngredientMatch, rules: Rule[]): RuleBreak | undefined {
  let best: { rule: Rule; path: string[]; distance: number } | undefined
  for (const rule of rules) {
    const path = breakPath(match, rule)
    if (!path) continue
    const distance = nameSet(match.ingredient).has(rule.words) ? 0 : path.length
    if (!best || distance < best.distance) best = { rule, path, distance }
  }
  return best && { rule: best.rule, reason: explain(match, best.path, best.rule) }
}

/** The tags that lead from an ingredient to a rule that it breaks; none of them when its name alone does. */
function breakPath(match: IngredientMatch, rule: Rule): string[] | undefined {
  if (rule.tag !== undefined && match.tags.has(rule.tag)) return tagPath(match.tags, rule.tag)
  // "Vegan butter" is still called butter: what a modifier took away cannot come back by its name.
  if (takesAway(match)) return undefined
  const isTail = rule.tag === undefined && ` ${match.words}`.endsWith(` ${rule.words}`)
  return isTail || nameSet(match.ingredient).has(rule.words) ? [] : undefined
}

/** A rule whose word Palate's ontology does not know is looked for as plain words. */
export function breakByWords(text: string, rules: Rule[]): RuleBreak | undefined {
  const normal = normalName(text)
  const rule = rules.find(
    ({ tag, words }) => tag === undefined && !isKnownName(words) && containsWords(normal, words),
  )
  return rule && { rule, reason: `The text names "${rule.term}", which is on the forbidden list.` }
}

const namesById = new Map(
  ontology.ingredients.map(({ id, name, aliases }) => [id, new Set([name, ...aliases].map(normalName))]),
)
const knownNames = new Set([...namesById.values()].flatMap((names) => [...names]))

function isKnownName(words: string): boolean {
  return knownNames.has(words)
}

function nameSet({ id }: IngredientMatch['ingredient']): ReadonlySet<string> {
  return namesById.get(id) ?? new Set()
}

function takesAway({ removed }: IngredientMatch): boolean {
  return [...removed].some((tag) => tag !== 'salt' && tag !== 'sugar' && tag !== 'sweet')
}

const CONTAINED = new Set([
  'gluten',
  'wheat',
  'barley',
  'rye',
  'salt',
  'sugar',
  'soy',
  'alcohol',
  'nuts',
  'chili',
  'allium',
])
const DESCRIBED: Record<string, string> = { 'high-carb': 'is high in carbohydrates', spicy: 'is hot' }

/** Made of several things, unless the tag says what kind of thing they are: a stock is no beef, it contains it. */
const KINDS: Partial<Record<Role, string[]>> = {
  sauce: ['soy sauce', 'miso', 'pickled', 'salted', 'cured'],
  liquid: ['milk', 'cream'],
  starch: ['pasta', 'bread', 'noodles', 'rice', 'potato', 'corn', 'tortilla'],
  sweetener: ['honey'],
  spice: [],
}

/** "Cotija is cheese, and cheese is dairy; a vegan diet leaves that out." */
function explain({ words, ingredient }: IngredientMatch, path: string[], rule: Rule): string {
  const tags = path[0] !== undefined && normalName(path[0]) === words ? path.slice(1) : path
  const links = tags.map((tag, index) => {
    const subject = tags[index - 1] ?? words
    return `${subject} ${index === 0 ? linkOf(words, tag, KINDS[ingredient.role]) : linkOf(subject, tag)}`
  })
  const verdict =
    rule.kind === 'diet' ? `a ${rule.term} diet leaves that out` : `"${rule.term}" is on the forbidden list`
  const sentence =
    links.length > 0 ? `${links.join(', and ')}; ${verdict}.` : `${words} is named, and ${verdict}.`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

/** How a thing and its tag belong together: "is cheese", "contains gluten", "is hot". */
function linkOf(subject: string, tag: string, kinds?: string[]): string {
  const described = DESCRIBED[tag]
  if (described) return described
  const isContent =
    CONTAINED.has(tag) || (kinds && !kinds.includes(tag) && !` ${subject}`.endsWith(` ${tag}`))
  return `${isContent ? 'contains' : 'is'} ${tag}`
}
