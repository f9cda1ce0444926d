import { type Ingredient, ontology, type Role } from '../src/ontology'
import { pick, type Random, sample } from '../src/random'
import { TEMPLATES, type Template } from './dish-templates'

export type Dish = {
  title: string
  tags: string[]
  ingredients: string[]
  directions: string[]
  names: string[]
}

/** `count` dishes with different titles. */
export function writeDishes(random: Random, count: number): Dish[] {
  const dishes = new Map<string, Dish>()
  while (dishes.size < count) {
    const dish = writeDish(random, pick(random, TEMPLATES))
    if (!dishes.has(dish.title)) dishes.set(dish.title, dish)
  }
  return [...dishes.values()]
}

function writeDish(random: Random, { kind, cuisines, slots, titles, steps }: Template): Dish {
  const cuisine = pick(random, cuisines)
  const chosen = new Map<string, Ingredient>()
  for (const [slot, wanted] of Object.entries(slots)) {
    const taken = [...chosen.values()]
    const fitting = ontology.ingredients.filter(
      (each) => !taken.includes(each) && fits(each, wanted, cuisine),
    )
    chosen.set(slot, pick(random, fitting))
  }
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, slot: string) => {
      const name = chosen.get(slot.toLowerCase())?.name ?? ''
      return slot === slot.toLowerCase() ? name : titleCase(name)
    })
  const used = [...chosen.values()]
  return {
    title: fill(pick(random, titles)),
    tags: [cuisine, kind],
    ingredients: used.map((ingredient) => writeLine(random, ingredient)),
    directions: steps.map(fill),
    names: used.map(({ name }) => name),
  }
}

function fits(ingredient: Ingredient, wanted: Role | string[], cuisine: string): boolean {
  if (typeof wanted !== 'string') return wanted.includes(ingredient.id)
  return ingredient.role === wanted && ingredient.cuisines.includes(cuisine)
}

function writeLine(random: Random, { name, measures, preps }: Ingredient): string {
  const [prep] = random() < 0.7 ? sample(random, preps, 1) : []
  return `${pick(random, measures)} ${name}${prep ? `, ${prep}` : ''}`
}

function titleCase(text: string): string {
  return text.replace(
    /(^|[\s-])([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  )
}
