export type TokenMark = 'trained' | 'masked' | 'cut'

export interface ShownToken {
  index: number
  id: number
  text: string
  special: boolean
}

export interface TokenSpan {
  mark: TokenMark
  tokens: ShownToken[]
  /** The number of tokens left out before this span. */
  omittedBefore: number
}

const names: Readonly<Record<string, TokenMark>> = { t: 'trained', m: 'masked', c: 'cut' }

/** Groups consecutive tokens with the same mark, so that a screen reader announces each mark once. */
export function toSpans(sequence: {
  ids: readonly number[]
  texts: readonly string[]
  marks: string
  special: readonly number[]
  omitted: { at: number; count: number } | null
}): TokenSpan[] {
  const special = new Set(sequence.special)
  const spans: TokenSpan[] = []
  for (const [index, id] of sequence.ids.entries()) {
    const mark = names[sequence.marks[index] ?? ''] ?? 'masked'
    const omittedBefore = sequence.omitted?.at === index ? sequence.omitted.count : 0
    const token = { index, id, text: sequence.texts[index] ?? '', special: special.has(index) }
    const last = spans.at(-1)
    if (last && last.mark === mark && omittedBefore === 0) last.tokens.push(token)
    else spans.push({ mark, tokens: [token], omittedBefore })
  }
  return spans
}

/** The text of a token with visible spaces, tabs and line breaks; a line break still breaks the line. */
export const showText = (text: string) =>
  text
    .replaceAll('\n', '↵\n')
    .replaceAll('\t', '⇥')
    .replace(/^ +| +$/g, (blanks) => '·'.repeat(blanks.length))
