/** A word of a line, or `null` where punctuation ends a phrase: nothing is matched across it. */
export type Token = string | null

const IRREGULAR: Record<string, string> = {
  leaves: 'leaf',
  loaves: 'loaf',
  halves: 'half',
  chilies: 'chili',
  chillies: 'chilli',
  cookies: 'cookie',
  brownies: 'brownie',
  veggies: 'veggie',
  fries: 'fries', // chips of potato; "fry" is what a cook does
  molasses: 'molasses',
}

/** The singular of one lower-case English word, by rule: good enough to make two spellings meet. */
export function singular(word: string): string {
  const irregular = IRREGULAR[word]
  if (irregular) return irregular
  if (word.length < 4) return word
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:[ao]oes|[^ao]oes|shes|ches|xes|sses)$/.test(word)) return word.slice(0, -2)
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1)
  return word
}

/** Lower case, without accents and apostrophes; "½" and its like become "1/2". */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll('\u2044', '/')
    .replace(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
}

/** The words of a text in the singular, with `null` between phrases. */
export function tokens(text: string): Token[] {
  const found = plain(text).match(/[a-z0-9]+|[^a-z0-9\s-]/g) ?? []
  return found.map((part) => (/[a-z0-9]/.test(part) ? singular(part) : null))
}

/** One spelling for a name: "Free-range Eggs" and "free range egg" become the same text. */
export function normalName(text: string): string {
  return tokens(text).filter(Boolean).join(' ')
}

/** Whether `part` stands in `whole` as consecutive words. */
export function containsWords(whole: string, part: string): boolean {
  return part !== '' && ` ${whole} `.includes(` ${part} `)
}
