/**
 * The steps of directions that are one text: its lines; else its numbered parts ("1. Mix. 2. Bake."); else its
 * sentences, as RecipeNLG has them. Numbers and bullets are left out, because Palate numbers the steps itself.
 */
export function splitSteps(text: string): string[] {
  const lines = text.split(/[\r\n\u2028\u2029]+/).filter((line) => line.trim())
  if (lines.length > 1) return lines.map((line) => line.replace(lineMarker, ''))
  return splitNumbered(text) ?? text.split(sentenceEnd)
}

const lineMarker = /^\s*(?:step\s*\d{1,2}\s*[.):-]?|\d{1,2}[.):]|[-*•])\s+/i
const stepMarker = /(?:^|\s)(?:step\s*(\d{1,2})\s*[.):-]?|(\d{1,2})[.):])\s+/gi

/** Only numbers that begin with 1 and go up by one mark a step: "bake at 350. Cool." has none. */
function splitNumbered(text: string): string[] | null {
  const marks: { from: number; to: number }[] = []
  for (const match of text.matchAll(stepMarker)) {
    if (Number(match[1] ?? match[2]) !== marks.length + 1) continue
    marks.push({ from: match.index, to: match.index + match[0].length })
  }
  const [first] = marks
  if (!first || text.slice(0, first.from).trim()) return null
  return marks.map(({ to }, index) => text.slice(to, marks[index + 1]?.from))
}

/** A sentence ends before a capital letter, but not after an abbreviation: "2 tbsp. Butter", "350 deg. F". */
const sentenceEnd =
  /(?<=[.!?][)"”]?)(?<!\b(?:[Aa]pprox|c|[Dd]eg|Dr|lbs?|Mrs?|No|oz|pkg|pt|qt|St|[Tt]bsp|[Tt]sp)\.)\s+(?=\p{Lu})/u
