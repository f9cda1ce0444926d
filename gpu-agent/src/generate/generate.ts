import { join } from 'node:path'
import { InferenceError, type Model, openModel } from '@palate/inference'
import { GenerateConfig, type GenerateItem, type TrainerEvent, type TrainerJob } from '@palate/protocol'
import { pathInside } from '../files/inside'
import { llamaGpu } from './env'
import { Answers, type Generation, readItems } from './files'

type Work = { job: TrainerJob; emit: (event: TrainerEvent) => void; signal: AbortSignal }

/**
 * Generates every answer of a `generate` job and emits each one when it is ready, after those of an earlier attempt.
 *
 * @returns the results for the run's end; after an abort, for the answers generated until then
 */
export async function generateAll({ job, emit, signal }: Work): Promise<Record<string, number>> {
  const config = GenerateConfig.parse(job.config)
  const inputs = join(job.workDir, 'inputs')
  const items = await readItems(pathInside(inputs, config.items))
  const answers = await Answers.open(join(job.workDir, 'answers.jsonl'))
  const progress = { done: 0, tokens: 0, failed: 0 }
  const began = performance.now()
  const report = (generation: Generation) => {
    progress.done += 1
    progress.tokens += generation.tokens
    if (generation.finishReason === 'error') progress.failed += 1
    emit(generation)
    emit({ type: 'progress', step: progress.done, totalSteps: items.length, stage: 'generating' })
  }
  emit({ type: 'run-start', totalSteps: items.length, device: llamaGpu() ? 'auto' : 'cpu' })
  for (const item of items) {
    const made = answers.made.get(item.itemId)
    if (made) report(made)
  }
  const missing = items.filter(({ itemId }) => !answers.made.has(itemId))
  const baseOf = (item: GenerateItem) => modelOf(config, item.model).base
  for (const base of new Set(missing.map(baseOf))) {
    const model = await openModel({ path: pathInside(inputs, base), gpu: llamaGpu() })
    const next = missing.filter((item) => baseOf(item) === base).values()
    const line = async () => {
      for (const item of next) {
        if (signal.aborted) return
        const generation = await answerItem(model, item, adapterPath(config, item, inputs), signal)
        if (!generation) return
        await answers.add(generation)
        report(generation)
      }
    }
    await Promise.all(Array.from({ length: model.sequences }, line))
    await model.dispose()
  }
  await answers.close()
  const seconds = (performance.now() - began) / 1000
  return {
    items: items.length,
    generated: progress.done,
    tokens: progress.tokens,
    failed: progress.failed,
    seconds,
  }
}

function modelOf(config: GenerateConfig, name: string) {
  const model = config.models[name]
  if (!model) throw new Error(`The items name a model ${name} that the job does not have.`)
  return model
}

function adapterPath(config: GenerateConfig, item: GenerateItem, inputs: string): string | null {
  const { adapter } = modelOf(config, item.model)
  return adapter === null ? null : pathInside(inputs, adapter)
}

/** One answer; `error` as finishReason where the model cannot answer the item, null where it was canceled. */
async function answerItem(
  model: Model,
  item: GenerateItem,
  adapter: string | null,
  signal: AbortSignal,
): Promise<Generation | null> {
  const began = performance.now()
  const messages = [
    { role: 'system' as const, content: item.system },
    { role: 'user' as const, content: item.user },
  ]
  const generation = (
    text: string,
    tokens: number,
    finishReason: Generation['finishReason'],
    perplexity: number | null = null,
  ): Generation => ({
    ...{ type: 'generation', itemId: item.itemId, text, tokens, finishReason, perplexity },
    durationMs: performance.now() - began,
  })
  try {
    const request = { messages, sampling: item.sampling, adapterPath: adapter, signal, measure: true }
    const answer = await model.generate(request)
    if (answer.finishReason === 'canceled') return null
    return generation(answer.text, answer.tokenIds.length, answer.finishReason, answer.perplexity)
  } catch (error) {
    if (error instanceof InferenceError && error.code === 'prompt_too_long') return generation('', 0, 'error')
    throw error
  }
}
