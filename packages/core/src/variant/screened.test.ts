import { prompt, variant } from '@palate/db'
import { isForbidden, personaRules } from '@palate/recipe'
import { asc, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createTestDeps, createVariantFixture, readGenerateItems, vegan } from '../testing'
import { createBatch, fillBatch, getBatch } from './index'

const deps = await createTestDeps()

test('where something forbidden is at hand, half of the answers are screened: it is not offered to them', async () => {
  const { engineer } = await createVariantFixture(deps)
  const rules = personaRules(vegan)
  const { id } = await createBatch(engineer, {
    ...{ promptsPerPersona: 8, variantsPerPrompt: 6, datasetVersionId: null },
  })
  await fillBatch(engineer, { batchId: id, examples: [] })
  const { run: made } = await getBatch(engineer, { id })
  const items = new Map((await readGenerateItems(deps, made?.id ?? '')).map((item) => [item.itemId, item]))
  const asked = await deps.all
    .select({
      id: variant.id,
      style: variant.style,
      system: variant.system,
      inventory: prompt.inventory,
      seq: prompt.seq,
    })
    .from(variant)
    .innerJoin(prompt, eq(prompt.id, variant.promptId))
    .where(eq(prompt.batchId, id))
    .orderBy(asc(prompt.seq), asc(variant.seq))
  expect(asked).toHaveLength(48)
  for (let first = 0; first < asked.length; first += 6) {
    const answers = asked.slice(first, first + 6)
    const inventory = answers[0]?.inventory ?? []
    const forbidden = inventory.filter((item) => isForbidden(item, rules))
    const isTempting = forbidden.length > 0 && forbidden.length < inventory.length
    expect(answers.map(({ style }) => style)).toEqual(
      isTempting
        ? ['full', 'full', 'full', 'screened', 'screened', 'weak']
        : ['full', 'full', 'full', 'full', 'full', 'weak'],
    )
    for (const { id, style } of answers) {
      const user = items.get(id)?.user ?? ''
      for (const item of inventory)
        expect(user.includes(item)).toBe(style !== 'screened' || !forbidden.includes(item))
    }
  }
  expect(asked.filter(({ style }) => style === 'screened').length).toBeGreaterThanOrEqual(6)
})
