import { countFailed, guidedModel, rounds } from '@palate/protocol'
import { type Client, poll } from './client'
import { finishRun, lastValue, type Settings } from './stations'

/** The starting models that the loop can begin with, by the name of `--model`. */
const models: Readonly<Record<string, string>> = {
  smollm2: guidedModel.id,
  'smollm2-plain': 'smollm2-135m-instruct',
}

const minuteMs = 60_000

/** The guided round of a published model, with more prompts: the loop has 45 minutes on two cores. */
export const realSettings = {
  ...{ dpo: { ...rounds.published.dpo }, promptsPerPersona: 10 },
  variantsPerPrompt: rounds.published.batch.variantsPerPrompt,
  samplesPerCase: rounds.published.evaluation.samplesPerCase,
}

export interface Imported {
  note: string
  seconds: number
  /** The adapter that came along; null for a model that has yet to learn to write recipes. */
  adapterId: string | null
  /** The share of conversations that agree. */
  parity: { tokens: number; greedy: number }
}

/** Station 3 with a real model: an agent fetches it, converts it and compares trainer and server. */
export async function importModel(client: Client, name: string): Promise<Imported> {
  const id = models[name]
  if (!id) throw new Error(`--model ${name} is unknown. Use ${Object.keys(models).join(' or ')}.`)
  const started = performance.now()
  const { runId } = await client.model.add.mutate({ source: { from: 'starting', id } })
  const run = await finishRun(client, runId)
  const { facts } = await client.model.get.query({ id: run.modelVersionId ?? '' })
  const gate = facts?.gate
  if (!facts || !gate || facts.notServable)
    throw new Error(`${run.name} is not servable. ${facts?.notServable ?? ''}`)
  const { conversations, equalPrompts, equalAnswers, tiedAnswers } = gate
  const adapter = (await client.model.list.query()).find(
    ({ kind, baseId }) => kind === 'adapter' && baseId === run.modelVersionId,
  )
  return {
    note: `${adapter?.name ?? run.name}, ${facts.parameters} parameters, ${conversations - countFailed(gate)} of ${conversations} conversations agree`,
    adapterId: adapter?.id ?? null,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    parity: {
      tokens: equalPrompts / conversations,
      greedy: (equalAnswers + tiedAnswers) / conversations,
    },
  }
}

export interface FineTuning {
  config: Record<string, number>
  /** The training is stopped after this time, and its model kept. */
  minutes: number
}

/** A fine-tuning on the imported recipes, for a limited time. @returns the adapter that it made */
export async function fineTune(
  client: Client,
  { seed }: Settings,
  { config, minutes }: FineTuning,
): Promise<{ modelId: string; note: string }> {
  const run = await client.run.create.mutate({ kind: 'sft', seed, config })
  const stopAt = Date.now() + minutes * minuteMs
  let isStopped = false
  const finished = await poll(
    async () => {
      const state = await client.run.get.query({ id: run.id })
      // Before its first step a training has nothing to keep.
      const hasTrained = state.progress?.stage === 'training' && state.progress.step > 0
      if (!isStopped && hasTrained && state.status === 'running' && Date.now() > stopAt) {
        isStopped = true
        await client.run.stop.mutate({ id: run.id })
      }
      return state
    },
    {
      done: ({ status }) => status === 'finished',
      failed: ({ status, failure }) =>
        status === 'failed' || status === 'canceled'
          ? `The fine-tuning ${status}: ${failure?.message ?? ''}`
          : null,
      show: ({ status, progress }) =>
        progress ? `${progress.stage} ${progress.step} of ${progress.totalSteps}` : status,
    },
  )
  if (!finished.modelVersionId) throw new Error('The fine-tuning made no model.')
  const loss = await lastValue(client, run.id, 'loss')
  const steps = finished.progress?.step ?? 0
  return {
    modelId: finished.modelVersionId,
    note: `loss ${loss.toFixed(3)} after ${steps} steps${isStopped ? ', stopped in time' : ''}`,
  }
}
