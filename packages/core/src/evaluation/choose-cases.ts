interface Case {
  key: string
  category: string
  personaSlug: string
}

/**
 * Up to `limit` cases, always the same: each round takes one case per persona, in categories that rotate, so that a
 * small number still covers all personas and categories.
 */
export function chooseCases<Chosen extends Case>(cases: Chosen[], limit = cases.length): Chosen[] {
  const sorted = [...cases].sort((a, b) => (a.key < b.key ? -1 : 1))
  const personas = [...new Set(sorted.map(({ personaSlug }) => personaSlug))]
  const categories = [...new Set(sorted.map(({ category }) => category))]
  const waiting = new Set(sorted)
  const chosen: Chosen[] = []
  for (let round = 0; chosen.length < limit && waiting.size > 0; round += 1) {
    for (const [index, slug] of personas.entries()) {
      const category = categories[(index + round) % categories.length]
      const next = sorted.find(
        (each) => waiting.has(each) && each.personaSlug === slug && each.category === category,
      )
      if (!next || chosen.length >= limit) continue
      waiting.delete(next)
      chosen.push(next)
    }
  }
  return chosen
}
