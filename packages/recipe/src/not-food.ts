/** Common things that harm people who eat or drink them. A list for plain mistakes and bad jokes, not a safety check. */
const dangerous = [
  'acetone',
  'ammonia',
  'antifreeze',
  'arsenic',
  'asbestos',
  'battery acid',
  'battery',
  'batteries',
  'bleach',
  'broken glass',
  'caustic soda',
  'chlorine',
  'cyanide',
  'death cap',
  'detergent',
  'drain cleaner',
  'foxglove',
  'gasoline',
  'glue',
  'hand sanitizer',
  'hemlock',
  'herbicide',
  'hydrochloric acid',
  'insecticide',
  'kerosene',
  'laundry pod',
  'lighter fluid',
  'mercury',
  'methanol',
  'mothball',
  'motor oil',
  'nail polish remover',
  'nail polish',
  'oleander',
  'oven cleaner',
  'paint thinner',
  'paint',
  'pesticide',
  'petrol',
  'poison',
  'rubbing alcohol',
  'shampoo',
  'soap',
  'sulfuric acid',
  'toilet cleaner',
  'turpentine',
  'weed killer',
  'windshield washer fluid',
] as const

/** Foods whose names contain one of the words. */
const foods = /\bbaker['’]?s['’]? ammonia\b/g

const pattern = new RegExp(`\\b(?:${dangerous.join('|')})s?\\b`)

/** The dangerous thing that the text names, e.g. "bleach" in "2 cups Bleach"; null for food. */
export function findNotFood(text: string): string | null {
  return pattern.exec(text.toLowerCase().replace(foods, ' '))?.[0] ?? null
}

/** Says that something is no food, for the person who named it. */
export const notFoodSentence = (name: string) =>
  `“${name}” is not food and harms people who eat it. Remove it from the ingredients.`
