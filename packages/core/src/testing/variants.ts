import { run } from '@palate/db'
import type { GenerateItem } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { savePersona } from '../persona/save'
import type { TestDeps } from './deps'
import { createModel } from './fixtures'
import { createWorkspaceFixture } from './workspace-fixture'

/** A persona with rules, as `createVegan` stores it. */
export const vegan = {
  slug: 'mexican-vegan',
  name: 'a Mexican vegan',
  cuisines: ['mexican'],
  flavors: ['bold'],
  style: 'comfort',
  diets: ['vegan'],
  forbidden: ['chicken', 'cheese'],
  preferred: ['beans'],
  systemPrompt: null,
}

export async function createVegan(ctx: ServiceContext, slug = vegan.slug) {
  const { slug: _, ...body } = vegan
  return savePersona(ctx, { slug, body })
}

/** A workspace with a model and a persona: what a batch needs. */
export async function createVariantFixture(deps: TestDeps) {
  const fixture = await createWorkspaceFixture(deps)
  const model = await createModel(deps, fixture.workspaceId)
  const persona = await createVegan(fixture.engineer)
  return { ...fixture, model, persona }
}

/** What the run of a batch asks of a model, in order. */
export async function readGenerateItems(deps: TestDeps, runId: string): Promise<GenerateItem[]> {
  const [row] = await deps.all.select().from(run).where(eq(run.id, runId))
  const file = row?.inputs.find(({ name }) => name === 'items.jsonl')
  const chunks = await (await deps.storage.stream(file?.storageKey ?? '')).toArray()
  const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}
