import { type EvaluationSummary, run } from '@palate/db'
import { ImportSource, type RunKind, startingModels } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../../../context'
import { required } from '../../../error'
import { readEvaluations } from '../../../evaluation/read'
import { getModelRow } from '../../find'
import { type Lineage, readLineage } from '../../lineage'
import type { ModelVersionRow } from '../../register'

/** One run on the way to a model, with what it learned from. */
export interface Step {
  model: ModelVersionRow
  kind: RunKind
  /** Whether it merged an adapter into its base. */
  merged: boolean
  config: Record<string, unknown>
  /** Examples of a fine-tuning. */
  examples: number | null
  lineage: Lineage
}

export interface Measured {
  number: number
  suite: string
  base: string
  tuned: string
  answers: number
  finishedAt: Date | null
  summary: EvaluationSummary
}

/** Where a model came from and how good it is, from its first run to its last. */
export interface Story {
  steps: Step[]
  /** The published model that it began with; null for one that was trained from nothing. */
  origin: { name: string; hubId: string | null; license: string | null } | null
  evaluations: Measured[]
}

const longestWay = 50

/** Reads the runs, the data and the evaluations behind a model. */
export async function readStory(ctx: ServiceContext, model: ModelVersionRow): Promise<Story> {
  const steps: Step[] = []
  let next: string | null = model.id
  while (next && steps.length < longestWay && !steps.some((step) => step.model.id === next)) {
    const { before, ...step } = await readStep(ctx, next)
    steps.unshift(step)
    next = before
  }
  return {
    steps,
    origin: originOf(steps),
    evaluations: await readMeasured(
      ctx,
      steps.map((step) => step.model),
    ),
  }
}

async function readStep(ctx: ServiceContext, id: string): Promise<Step & { before: string | null }> {
  const model = await getModelRow(ctx.db, ctx.workspaceId, id)
  const [row] = await ctx.db
    .select()
    .from(run)
    .where(and(eq(run.workspaceId, ctx.workspaceId), eq(run.id, model.runId)))
  const { kind, config, lineage } = required(row, 'Its run')
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    model,
    kind,
    merged: kind === 'import' && text(lineage.adapterModelVersionId) !== null,
    config,
    examples: typeof lineage.examples === 'number' ? lineage.examples : null,
    lineage: await readLineage(ctx, model),
    before: text(lineage.adapterModelVersionId) ?? model.baseId ?? text(lineage.baseModelVersionId),
  }
}

/** Where a folder lies on somebody's machine is nobody else's business: the card has the model's name only. */
function originOf([first]: Step[]): Story['origin'] {
  if (first?.kind !== 'import') return null
  const license = first.model.facts?.license ?? null
  const { success, data: source } = ImportSource.safeParse(first.config.source)
  if (!success) return { name: first.model.name, hubId: null, license }
  if (source.from === 'hub') return { name: source.id, hubId: source.id, license }
  const known =
    source.from === 'package' ? startingModels.find((one) => one.source.sha256 === source.sha256) : undefined
  const hubId = known?.licenseUrl.startsWith(hub) ? known.licenseUrl.slice(hub.length) : null
  return { name: known?.name ?? first.model.name, hubId, license }
}

const hub = 'https://huggingface.co/'
const mostEvaluations = 10

/** The newest finished evaluations in which one of the models was the tuned one. */
async function readMeasured(ctx: ServiceContext, models: ModelVersionRow[]): Promise<Measured[]> {
  const own = new Set(models.map(({ id }) => id))
  const title = ({ name, number }: { name: string; number: number }) => `${name} v${number}`
  return (await readEvaluations(ctx.db, ctx.workspaceId))
    .flatMap(({ number, suite, base, tuned, answers, finishedAt, summary }) =>
      summary && own.has(tuned.id)
        ? [
            {
              number,
              suite: suite.name,
              base: title(base),
              tuned: title(tuned),
              answers,
              finishedAt,
              summary,
            },
          ]
        : [],
    )
    .slice(0, mostEvaluations)
}
