import type { FieldProblem, RecipeField } from './recipe-field'

export const importFormats = ['recipenlg-csv', 'recipe-jsonl'] as const
export type ImportFormat = (typeof importFormats)[number]

/** Why a row was dropped, as people read it. */
export type DropReason =
  | 'broken CSV row'
  | 'line is not JSON'
  | 'line is not a JSON object'
  | `${RecipeField}: ${FieldProblem}`
  | `no ${RecipeField}`
  | 'too long'
  | 'duplicate'

/** A recipe as it was read, unchecked. `line` is where it starts (1 = first line). */
export type SourceRow =
  | { line: number; title: unknown; ingredients: unknown; directions: unknown; tags: unknown }
  | { line: number; reason: DropReason }

/** One row of a version's Parquet file. `id` comes from the text, so it is the same in every version that has it. */
export interface Example {
  id: string
  line: number
  title: string
  ingredients: string[]
  directions: string[]
  tags: string[]
  /** The recipe in Palate's own form: `# title`, `## Ingredients`, `## Method`. */
  text: string
  split: 'train' | 'validation' | 'test'
}

/** A row that passed its checks; its text decides the id and the split when it is written. */
export type KeptRow = Omit<Example, 'id' | 'split'>

export interface ImportProfile {
  /** At most 50 line numbers a reason. */
  dropped: { reason: string; count: number; lines: number[] }[]
  /** Characters of `text`; `from` inclusive, `to` exclusive but for the last bar. */
  lengthHistogram: { from: number; to: number; count: number }[]
  lengthMedian: number
  lengthMax: number
  splits: { train: number; validation: number; test: number }
  preview: { line: number; title: string; ingredients: string[]; directions: string[] }[]
}

export interface ImportProgress {
  stage: 'reading' | 'deduplicating' | 'writing'
  rows: number
  /** 0 to 100 over the whole import. */
  percent: number
}
