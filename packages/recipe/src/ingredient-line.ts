import type { IngredientLine } from './recipe'

const NUMBER = String.raw`(?:\d+\s+\d+\s*[/⁄]\s*\d+|\d+\s*[/⁄]\s*\d+|\d+(?:[.,]\d+)?\s*[½⅓⅔¼¾⅛]?|[½⅓⅔¼¾⅛])`
const AMOUNT = String.raw`~?(?:${NUMBER}(?:\s*(?:-|–|to|x)\s*~?${NUMBER})?|an?(?=\s))`
const SIZE = '(?:large|small|medium|big|level|heaped|heaping|generous|scant|good)'
const UNIT_NAMES = [
  'kilograms?|kg|grams?|g|milligrams?|mg|pounds?|lbs?|ounces?|oz|fl oz',
  'millilit(?:er|re)s?|ml|centilit(?:er|re)s?|cl|decilit(?:er|re)s?|dl|lit(?:er|re)s?|l|gallons?|gal|quarts?|qt|pints?|pt',
  'teaspoons?|tsps?|tablespoons?|tbsps?|tbl|cups?|c|cm|inch(?:es)?',
  'cloves?|bunch(?:es)?|handfuls?|pinch(?:es)?|dash(?:es)?|sprigs?|stalks?|sticks?|slices?|sheets?|pieces?|heads?|leaves',
  'cans?|tins?|jars?|packs?|packets?|packages?|pkgs?|cartons?|bags?|machine(?:es)?|bottles?|envelopes?|containers?',
  'links?|rounds?|balls?|bulbs?|fillets?|pods?|drops?|knobs?|scoops?|tails?|strips?|rashers?|glass(?:es)?|splash(?:es)?',
]
const UNIT = String.raw`(?:(?:${UNIT_NAMES.join('|')})\b\.?)`
const PARENTHESIS = String.raw`\([^)]*\)`
const QUANTITY = new RegExp(
  String.raw`^(${AMOUNT}(?:\s*${PARENTHESIS})?(?:\s+${SIZE}\b)?(?:\s*${UNIT})?(?:\s*${PARENTHESIS})?(?:\s+of\b)?)\s+(.+)$`,
  'iu',
)

/** Splits `400 g black beans, drained` into quantity, name and note; a line without a quantity is all name. */
export function parseIngredientLine(line: string): IngredientLine {
  const text = line.trim()
  const quantity = QUANTITY.exec(text)
  const rest = quantity?.[2] ?? text
  const comma = outerComma(rest)
  return {
    quantity: quantity?.[1] ?? '',
    name: (comma < 0 ? rest : rest.slice(0, comma)).trim(),
    note: comma < 0 ? '' : rest.slice(comma + 1).trim(),
    line: text,
  }
}

/** The inverse of {@link parseIngredientLine} for a line in Palate's own form. */
export function formatIngredientLine({ quantity, name, note }: Omit<IngredientLine, 'line'>): string {
  return [quantity, name].filter(Boolean).join(' ') + (note ? `, ${note}` : '')
}

/** The first comma outside of parentheses, or -1. */
function outerComma(text: string): number {
  let depth = 0
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth += 1
    if (character === ')') depth = Math.max(0, depth - 1)
    if (character === ',' && depth === 0) return [...text].slice(0, index).join('').length
  }
  return -1
}
