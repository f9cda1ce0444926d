import { findTag } from './ontology'
import type { Token } from './tokens'

/** What a word before an ingredient changes about it. */
export type Modifier = { removes: string[]; adds: string[]; onlyStarch?: boolean }

const ANIMAL = ['meat', 'fish', 'seafood', 'dairy', 'egg', 'honey']
const FLESH = ['meat', 'fish', 'seafood']
const remove = (...removes: string[]): Modifier => ({ removes, adds: [] })
const add = (...adds: string[]): Modifier => ({ removes: [], adds })
const plantMilk = remove('dairy')
const vegetableStarch: Modifier = { removes: ['high-carb', 'gluten', 'noodles'], adds: [], onlyStarch: true }

/** Keyed by words in the singular. Plant names take dairy away ("soy yogurt"), vegetables take carbs ("broccoli rice"). */
const MODIFIERS = new Map<string, Modifier>([
  ['vegan', remove(...ANIMAL)],
  ['plant based', remove(...ANIMAL)],
  ['vegetarian', remove(...FLESH)],
  ['veggie', remove(...FLESH)],
  ['meatless', remove(...FLESH)],
  ['mock', remove(...FLESH)],
  ['non dairy', remove('dairy')],
  ['eggless', remove('egg')],
  ['unsalted', remove('salt')],
  ['no salt added', remove('salt')],
  ['no salt', remove('salt')],
  ['unsweetened', remove('sugar')],
  ['no sugar added', remove('sugar')],
  ['flourless', remove('flour')],
  ['coconut', plantMilk],
  ['soy', plantMilk],
  ['soya', plantMilk],
  ['almond', plantMilk],
  ['oat', plantMilk],
  ['cashew', plantMilk],
  ['tofu', plantMilk],
  ['cauliflower', vegetableStarch],
  ['broccoli', vegetableStarch],
  ['zucchini', vegetableStarch],
  ['konjac', vegetableStarch],
  ['shirataki', vegetableStarch],
  ['pickled', add('pickled')],
  ['salted', add('salted')],
  ['cured', add('cured')],
  ['spicy', add('spicy')],
  ['sweetened', add('sugar')],
  ['candied', add('sugar')],
  ['honeyed', add('honey')],
  ['buttered', add('butter')],
  ['creamed', add('cream')],
  ['breaded', add('bread')],
  ['battered', add('flour')],
  ['cheesy', add('cheese')],
])

/** Words that are a modifier and nothing else; "coconut" before anything else is an ingredient. */
const ALSO_INGREDIENTS = new Set([
  'coconut',
  'soy',
  'soya',
  'almond',
  'oat',
  'cashew',
  'tofu',
  'cauliflower',
  'broccoli',
  'zucchini',
  'konjac',
  'shirataki',
])
const MIMICS = new Set([
  'milk',
  'yogurt',
  'yoghurt',
  'cream',
  'cheese',
  'butter',
  'cheddar',
  'mozzarella',
  'ricotta',
  'feta',
])
const STARCHES = new Set([
  'rice',
  'noodle',
  'pizza',
  'crust',
  'mash',
  'gnocchi',
  'lasagna',
  'tortilla',
  'bread',
])

/** How many words from `at` on are a modifier ("gluten free": 2), or 0. */
export function modifierAt(words: Token[], at: number): number {
  return readModifier(words, at)?.length ?? 0
}

/** The modifiers that stand directly before the ingredient at `at`, at most three. */
export function modifiersBefore(words: Token[], at: number): Modifier[] {
  const found: Modifier[] = []
  let end = at
  while (found.length < 3) {
    const before = [4, 3, 2, 1]
      .map((length) => ({ length, read: readModifier(words, end - length) }))
      .find(({ length, read }) => read && read.length === length)
    if (!before?.read) return found
    found.push(before.read.modifier)
    end -= before.length
  }
  return found
}

function readModifier(words: Token[], at: number): { modifier: Modifier; length: number } | undefined {
  const first = words[at]
  if (!first) return undefined
  const freeOf = readFreeOf(words, at)
  if (freeOf) return freeOf
  for (const length of [3, 2, 1]) {
    const span = words.slice(at, at + length)
    if (span.length < length || span.includes(null)) continue
    const modifier = MODIFIERS.get(span.join(' '))
    if (modifier && !(ALSO_INGREDIENTS.has(first) && !mimics(words[at + length]))) return { modifier, length }
  }
  return undefined
}

function mimics(word: Token | undefined): boolean {
  return word !== null && word !== undefined && (MIMICS.has(word) || STARCHES.has(word))
}

/** "gluten-free", "dairy free", "free of egg", "chicken-style": the word named is not in it. */
function readFreeOf(words: Token[], at: number): { modifier: Modifier; length: number } | undefined {
  const next = words[at + 1]
  if (next !== 'free' && next !== 'style') return undefined
  const tag = findTag(words[at] ?? '')
  if (!tag) return undefined
  return { modifier: next === 'free' ? remove(tag) : { removes: [], adds: [] }, length: 2 }
}
