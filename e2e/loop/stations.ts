import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { comparePair, type Persona } from '@palate/recipe'
import { type Client, poll } from './client'

export interface Settings {
  origin: string
  files: string[]
  pretrain: Record<string, number>
  dpo: Record<string, number>
  promptsPerPersona: number
  /** Answers of the model to each prompt. Default: as many as a batch has by itself. */
  variantsPerPrompt?: number
  samplesPerCase: number
  caseLimit: number | undefined
  seed: number
  /** Small settings, whose model writes texts that nobody can read. */
  isQuick: boolean
  /** The model that writes the variants and is trained on their votes. Default: the newest base. */
  modelId?: string | undefined
}

/** The recipes that Palate brings along. */
export const sampleFiles = ['recipes.csv', 'recipes.jsonl'].map((name) =>
  fileURLToPath(new URL(`../../packages/recipe/data/samples/${name}`, import.meta.url)),
)

/** Station 2: each file as a browser uploads it: an upload ticket, the bytes, the import. */
export async function importData(client: Client, settings: Settings): Promise<string> {
  const notes: string[] = []
  for (const path of settings.files) {
    const filename = basename(path)
    const { size } = await stat(path)
    const upload = await client.dataset.createUpload.mutate({ filename, sizeBytes: size })
    const response = await fetch(new URL(upload.url, settings.origin), {
      method: 'PUT',
      headers: { authorization: `Bearer ${upload.token}` },
      body: await readFile(path),
    })
    if (!response.ok) throw new Error(`The upload of ${filename} was refused: ${await response.text()}`)
    const { datasetVersionId } = await client.dataset.import.mutate({
      uploadId: upload.uploadId,
      name: filename,
    })
    const version = await poll(() => client.dataset.version.query({ id: datasetVersionId }), {
      done: (state) => state.status === 'ready',
      failed: (state) => (state.status === 'failed' ? `${filename}: ${state.error}` : null),
      show: (state) =>
        `${filename}: ${state.progress?.stage ?? state.status} ${state.progress?.percent ?? 0} %`,
    })
    notes.push(`${filename}: ${version.rowsKept} kept, ${version.rowsDropped} dropped`)
  }
  return notes.join('; ')
}

export async function finishRun(client: Client, id: string) {
  return poll(() => client.run.get.query({ id }), {
    done: (run) => run.status === 'finished',
    failed: (run) =>
      run.status === 'failed' || run.status === 'canceled'
        ? `Run ${run.number} ${run.status}: ${run.failure?.message ?? 'canceled'} ${run.failure?.remedy ?? ''}`
        : null,
    show: (run) =>
      run.progress
        ? `${run.progress.stage} ${run.progress.step} of ${run.progress.totalSteps}`
        : (run.waitingBecause ?? run.status),
  })
}

export async function lastValue(client: Client, runId: string, key: string): Promise<number> {
  const { series } = await client.run.metrics.query({ runId, keys: [key], maxPoints: 2000 })
  return series[0]?.points.at(-1)?.[1] ?? Number.NaN
}

/** Station 3 */
export async function trainStarter(client: Client, settings: Settings): Promise<string> {
  const run = await client.run.create.mutate({
    kind: 'pretrain',
    seed: settings.seed,
    config: settings.pretrain,
  })
  const finished = await finishRun(client, run.id)
  return `loss ${(await lastValue(client, run.id, 'loss')).toFixed(3)} after ${finished.progress?.totalSteps ?? '?'} steps`
}

/** Station 4: listed, and a YAML round trip that must change nothing. */
export async function checkPersonas(client: Client): Promise<string> {
  const personas = await client.persona.list.query()
  const { yaml } = await client.persona.exportYaml.query()
  const result = await client.persona.importYaml.mutate({ yaml })
  if (result.unchanged !== personas.length)
    throw new Error('The exported personas did not import as they were.')
  return `${personas.length} personas, YAML round trip unchanged`
}

/** Station 5 */
export async function generateVariants(
  client: Client,
  settings: Settings,
): Promise<{ batchId: string; note: string }> {
  const batch = await client.variant.createBatch.mutate({
    promptsPerPersona: settings.promptsPerPersona,
    ...(settings.modelId ? { modelVersionIds: [settings.modelId] } : {}),
    ...(settings.variantsPerPrompt ? { variantsPerPrompt: settings.variantsPerPrompt } : {}),
    ...(settings.isQuick ? { variantsPerPrompt: 2, keepUnreadable: true } : {}),
    seed: settings.seed,
  })
  const ready = await poll(() => client.variant.batch.query({ id: batch.id }), {
    done: (state) => state.status === 'ready',
    failed: (state) =>
      state.status === 'failed' || state.status === 'canceled'
        ? `Variants ${state.status}: ${state.error ?? ''}`
        : null,
    show: (state) => `${state.answers} of ${state.expected} answers`,
  })
  const note = `${ready.answers} answers, ${ready.unreadable} of them unreadable, ${ready.pairs} pairs`
  return { batchId: batch.id, note }
}

/** Station 6: a labeler who judges by the persona's rules, without knowing the models, with the calls of the labeling page. */
export async function labelPairs(client: Client): Promise<string> {
  const counts = { left: 0, right: 0, tie: 0, both_bad: 0 }
  for (;;) {
    const items = await client.label.next.mutate({ count: 5, exclude: [] })
    if (items.length === 0) break
    for (const item of items) {
      const persona: Persona = { slug: item.persona.slug, ...item.persona.body, systemPrompt: null }
      const verdict = comparePair(item.left, item.right, { persona, inventory: item.inventory })
      const choice = verdict.choice === 'a' ? 'left' : verdict.choice === 'b' ? 'right' : verdict.choice
      counts[choice] += 1
      await client.label.vote.mutate({ pairId: item.pairId, choice })
    }
    if (process.stderr.isTTY)
      process.stderr.write(`\r\u001b[2K  ${counts.left + counts.right + counts.tie + counts.both_bad} votes`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
  const decided = counts.left + counts.right
  return `${decided} decided (${counts.left} left, ${counts.right} right), ${counts.tie} equal, ${counts.both_bad} both bad`
}

/** Station 7, on the votes of one batch. */
export async function trainPreference(client: Client, settings: Settings, batchId: string): Promise<string> {
  const { seed, dpo: config, modelId: baseModelVersionId } = settings
  const run = await client.run.create.mutate({
    ...{ kind: 'dpo', seed, config, batchIds: [batchId] },
    ...(baseModelVersionId ? { baseModelVersionId } : {}),
  })
  await finishRun(client, run.id)
  const [accuracy, margin] = await Promise.all(
    ['rewards/accuracies', 'rewards/margins'].map((key) => lastValue(client, run.id, key)),
  )
  return `rewards/accuracies ${accuracy?.toFixed(2)}, rewards/margins ${margin?.toFixed(2)}`
}

/** Station 8 */
export async function evaluate(client: Client, settings: Settings) {
  const made = await client.evaluation.create.mutate({
    samplesPerCase: settings.samplesPerCase,
    seed: settings.seed,
    ...(settings.caseLimit ? { caseLimit: settings.caseLimit } : {}),
  })
  const evaluation = await poll(() => client.evaluation.get.query({ id: made.id }), {
    done: (state) => state.status === 'ready',
    failed: (state) =>
      state.status === 'failed' || state.status === 'canceled'
        ? `The evaluation ${state.status}: ${state.error ?? ''}`
        : null,
    show: (state) =>
      state.run?.progress
        ? `${state.run.progress.step} of ${state.run.progress.totalSteps} answers`
        : state.status,
  })
  if (!evaluation.summary) throw new Error('The evaluation is ready but has no summary.')
  return evaluation.summary
}

/** Station 9: released under a public name, asked without a session, rated with a thumb. */
export async function releaseAndChat(client: Client, settings: Settings): Promise<string> {
  const models = await client.model.list.query()
  const newest = models.find((model) => model.kind === 'adapter')
  if (!newest) throw new Error('There is no tuned model to release.')
  await client.deployment.save.mutate({
    slug: 'recipes',
    title: 'Palate',
    modelVersionId: newest.id,
    active: true,
  })
  const info = await client.chat.info.query({})
  const persona = info?.personas[0]
  if (!info || !persona) throw new Error('The public chat shows no deployment.')
  const visitorId = 'loop-visitor-1'
  const response = await fetch(`${settings.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: info.slug,
      stream: true,
      palate: {
        persona: persona.slug,
        inventory: ['chicken', 'rice', 'garlic'],
        request: 'Make me a quick dinner.',
        visitorId,
      },
    }),
  })
  if (!response.ok || !response.body)
    throw new Error(`The chat answered ${response.status}: ${await response.text()}`)
  const { text, turnId, firstTokenMs } = await readStream(response.body)
  if (!text.trim()) throw new Error('The chat streamed an empty answer.')
  if (!turnId) throw new Error('The chat did not say which turn it was.')
  await client.chat.feedback.mutate({ turnId, visitorId, thumb: 'up' })
  return `${text.length} characters streamed, first after ${firstTokenMs} ms: ${text.split('\n')[0]}`
}

async function readStream(body: ReadableStream<Uint8Array>) {
  const started = Date.now()
  const decoder = new TextDecoder()
  let buffer = ''
  let text = ''
  let turnId: string | null = null
  let firstTokenMs = 0
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true })
    const events = buffer.split('\n\n')
    buffer = events.pop() ?? ''
    for (const event of events) {
      if (event.startsWith(':')) continue // a comment: the hub keeps the connection alive
      const data = event.replace(/^data: /, '')
      if (data === '[DONE]') continue
      const parsed = JSON.parse(data) as {
        palate?: { turnId?: string }
        choices?: { delta?: { content?: string } }[]
        error?: { message: string }
      }
      if (parsed.error) throw new Error(parsed.error.message)
      turnId = parsed.palate?.turnId ?? turnId
      const piece = parsed.choices?.[0]?.delta?.content ?? ''
      if (piece && !firstTokenMs) firstTokenMs = Date.now() - started
      text += piece
    }
  }
  return { text, turnId, firstTokenMs }
}
