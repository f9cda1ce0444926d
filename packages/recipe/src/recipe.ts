import * as z from 'zod'

/** One line of an ingredient list: `400 g` · `black beans` · `drained`. */
export const IngredientLine = z.object({
  quantity: z.string(),
  name: z.string(),
  note: z.string(),
  /** The line as it was written. */
  line: z.string(),
})
export type IngredientLine = z.infer<typeof IngredientLine>

export const RecipeProblem = z.object({
  code: z.enum([
    'no-title',
    'no-meta',
    'no-ingredients',
    'few-ingredients',
    'no-method',
    'few-steps',
    'unnumbered-steps',
    'misnumbered-steps',
    'repeated-ingredient',
    'stray-text',
    'incomplete',
  ]),
  text: z.string(),
})
export type RecipeProblem = z.infer<typeof RecipeProblem>

/** A recipe as Palate shows it. What the text does not say is `null` or empty, and `problems` says so. */
export const Recipe = z.object({
  title: z.string(),
  minutes: z.number().nullable(),
  serves: z.number().nullable(),
  cuisine: z.string().nullable(),
  ingredients: z.array(IngredientLine),
  steps: z.array(z.string()),
  /** Whether the text was written to its end: false for an answer cut off or still streaming. */
  complete: z.boolean(),
  problems: z.array(RecipeProblem),
})
export type Recipe = z.infer<typeof Recipe>
