import type { Persona } from './persona'
import { pick, type Random } from './random'
import type { CaseCategory } from './seed'

const MEALS = ['dinner', 'lunch', 'supper', 'weeknight dinner', 'meal', 'one-pan dinner', 'bowl', 'main dish']

const BASIC = [
  'Make me a {style} {meal}.',
  'Make me a {flavor} {meal}.',
  'What can I cook tonight?',
  'I would like a {cuisine} {meal}.',
  'Please write a {cuisine} recipe with these.',
  'Something {flavor} for {people}, please.',
  'Give me a {style} {cuisine} dish.',
  'Cook me a {meal} with a {flavor} touch.',
  'I need a {meal} in {minutes} minutes.',
  'Suggest a {flavor} {cuisine} {meal}.',
]
const STRESS = [
  'Use whatever fits and make me a {meal}.',
  'Turn this into a {cuisine} {meal}.',
  'Make me a {flavor} {meal} out of my fridge.',
  'What {cuisine} dish can I make with what I have?',
  'I need to clear the fridge. Make me a {meal}.',
  'Make me a {style} {meal}.',
]
const EDGE = [
  'That is all I have. Make it taste good.',
  'Surprise me.',
  'Anything will do.',
  'Keep it as simple as you can.',
  'I have one pan and {minutes} minutes.',
]
const CROSS = [
  'I feel like {cuisine} food today.',
  'Make me a {cuisine} {meal} for a change.',
  'Can you do something {cuisine} with these?',
]

const TEMPLATES: Record<CaseCategory, string[]> = {
  basic_alignment: BASIC,
  constraint_stress: STRESS,
  edge_case: EDGE,
  cross_persona: CROSS,
}

/** A request in natural words that fits the category and the persona's taste. */
export function writeRequest(
  random: Random,
  category: CaseCategory,
  { flavors, style }: Pick<Persona, 'flavors' | 'style'>,
  cuisines: string[],
): string {
  // "An olive oil dinner" is no English: only flavors of one word describe a dish.
  const plain = flavors.filter((word) => !word.includes(' '))
  const words: Record<string, string> = {
    style: style || 'simple',
    flavor: pick(random, plain.length > 0 ? plain : ['fresh']),
    cuisine: capital(cuisines[0] ?? 'home'),
    meal: pick(random, MEALS),
    people: pick(random, ['two', 'three', 'four', 'the family', 'guests']),
    minutes: pick(random, ['15', '20', '25', '30', '40']),
  }
  const text = pick(random, TEMPLATES[category]).replace(/\{(\w+)\}/g, (_, key: string) => words[key] ?? '')
  return text.replace(/\ba(?= (?!one)[aeiou])/gi, (article) => `${article}n`)
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
