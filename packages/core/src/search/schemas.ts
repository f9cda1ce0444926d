import { z } from 'zod'

export const SearchInput = z.strictObject({
  text: z.string().trim().min(1, 'Type what to look for.').max(100),
})
export type SearchInput = z.infer<typeof SearchInput>

/** What a search finds, in the order in which it is shown. */
export const foundKinds = ['run', 'model', 'evaluation', 'dataset', 'persona', 'variant', 'agent'] as const
export type FoundKind = (typeof foundKinds)[number]

export interface Found {
  kind: FoundKind
  /** Of the thing's page; of a dataset, that of its newest version. */
  id: string
  name: string
  number: number | null
}
