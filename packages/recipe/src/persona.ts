import * as z from 'zod'
import { ontology } from './ontology'
import { StorableText } from './storable-text'

const Word = StorableText.trim()
  .min(1, 'An entry is empty.')
  .max(80, 'An entry may have at most 80 characters.')
const List = <Entry extends z.ZodType>(entry: Entry) =>
  z.array(entry, 'This must be a list of words.').max(60, 'A list may have at most 60 entries.').default([])
const Words = List(Word)
const diets = Object.keys(ontology.diets)

/** "Vegan" and "Gluten Free" are meant as `vegan` and `gluten-free`. */
const toDiet = (text: string) => text.toLowerCase().replace(/[\s_]+/g, '-')

export const Diet = Word.overwrite(toDiet).refine((diet) => diet in ontology.diets, {
  error: ({ input }) => `"${String(input)}" is no diet that Palate knows. Known are: ${diets.join(', ')}.`,
})

const Name = StorableText.trim()
  .min(1, 'A persona needs a name.')
  .max(80, 'A name may have at most 80 characters.')

/** Who the model cooks for. `forbidden` and `preferred` hold ingredients or tags, as people write them. */
export const Persona = z.strictObject({
  slug: z
    .string('A persona needs a slug, in quotes where it is a number.')
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'A slug has lower-case letters, digits and single hyphens only.')
    .max(60, 'A slug may have at most 60 characters.'),
  name: Name,
  cuisines: Words,
  flavors: Words,
  style: StorableText.trim().max(80, 'A style may have at most 80 characters.').default(''),
  diets: List(Diet),
  forbidden: Words,
  preferred: Words,
  /** Overrides the prompt built from the lists. */
  systemPrompt: StorableText.trim()
    .min(1, 'A system prompt may be left out, not empty.')
    .max(4000, 'A system prompt may have at most 4,000 characters.')
    .nullable()
    .default(null),
})
export type Persona = z.infer<typeof Persona>

/** A persona without its slug: what a form edits and a version keeps. */
export const PersonaBody = Persona.omit({ slug: true })
export type PersonaBody = z.infer<typeof PersonaBody>

type Prompted = Pick<PersonaBody, 'name' | 'cuisines' | 'flavors' | 'diets' | 'forbidden' | 'preferred'> & {
  systemPrompt?: string | null
}

/** The prompt that knows nothing about the person: what a persona's prompt is compared with. */
export const WEAK_PROMPT = 'You are a helpful cook.'

/** The system prompt of a persona: its own where it has one, else a sentence for each list that is not empty. */
export function personaPrompt(persona: Prompted): string {
  if (persona.systemPrompt) return persona.systemPrompt
  const sections: [string, string[]][] = [
    ['Cuisine', persona.cuisines],
    ['Flavor', persona.flavors],
    ['Diet', persona.diets],
    ['Never use', persona.forbidden],
    ['Likes', persona.preferred],
  ]
  const sentences = sections
    .filter(([, words]) => words.length > 0)
    .map(([title, words]) => `${title}: ${words.join(', ')}.`)
  return [`You cook for ${persona.name}.`, ...sentences].join(' ')
}
