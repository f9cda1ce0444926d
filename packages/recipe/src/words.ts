// Apart from the ontology and the schemas: pages need these without them.

/** What a person asks: `I have chicken, rice and garlic. Make me a quick dinner.` */
export function userMessage({ inventory, request }: { inventory: string[]; request: string }): string {
  const items = inventory.map((item) => item.trim()).filter(Boolean)
  const wish = request.trim()
  const sentences = [
    items.length > 0 ? `I have ${formatList(items)}.` : '',
    wish && /[.!?]$/.test(wish) ? wish : wish && `${wish}.`,
  ]
  return sentences.filter(Boolean).join(' ')
}

/** "a", "a and b", "a, b and c". */
export function formatList(words: string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** A slug from a name: "Seoul Heat!" becomes "seoul-heat". */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '')
}
