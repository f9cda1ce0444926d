import { statSync } from 'node:fs'
import { InferenceError, type Model, openModel } from '@palate/inference'
import { llamaGpu } from '../generate/env'
import { type FromWorker, ToWorker } from './messages'

/** The process that holds the weights: a crash of llama.cpp ends this process, not the agent. */
const running = new Map<string, AbortController>()
let opened: Promise<Model> | null = null

const send = (message: FromWorker) => process.send?.(message)
/** Weights and contexts are outside of the heap, so only the whole process shows them. */
const reportMemory = () => send({ type: 'memory', bytes: process.memoryUsage.rss() })
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function generate(request: Extract<ToWorker, { type: 'generate' }>): Promise<void> {
  const { id, messages, sampling, stop, adapterPath } = request
  const controller = new AbortController()
  running.set(id, controller)
  try {
    if (!opened) throw new Error('No model is open.')
    const model = await opened
    const onText = (text: string) => send({ type: 'text', id, text })
    const answer = await model.generate({
      messages,
      sampling,
      stop,
      adapterPath,
      reuse: true,
      onText,
      signal: controller.signal,
    })
    const { finishReason, promptTokens, reusedTokens, tokenIds } = answer
    const tokens = { promptTokens, reusedTokens, completionTokens: tokenIds.length }
    send({ type: 'end', id, finishReason, ...tokens, error: null })
    reportMemory()
  } catch (error) {
    const nothing = { promptTokens: 0, completionTokens: 0 }
    const tooLong = error instanceof InferenceError && error.code === 'prompt_too_long'
    const errorCode = tooLong ? { errorCode: 'prompt_too_long' as const } : {}
    send({ type: 'end', id, finishReason: 'error', ...nothing, error: reason(error), ...errorCode })
  } finally {
    running.delete(id)
  }
}

/** Its failure is no one's: the next question meets the same and says why. */
async function warmUp({ system, adapterPath }: Extract<ToWorker, { type: 'warm-up' }>): Promise<void> {
  const model = await opened
  await model?.warmUp({ system, adapterPath })
  reportMemory()
}

const smallModelBytes = 256 * 1024 * 1024

/** Each keeps the memory of a whole context, for each adapter: enough for the personas of a page, not for a batch. */
const sequencesOf = (path: string) =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) < smallModelBytes ? 8 : 4

process.on('message', (value) => {
  const message = ToWorker.parse(value)
  if (message.type === 'open') {
    opened = openModel({ path: message.path, gpu: llamaGpu(), sequences: sequencesOf(message.path) })
    opened.then(
      () => {
        send({ type: 'ready' })
        reportMemory()
      },
      (error: unknown) => send({ type: 'failed', message: `The model cannot be opened: ${reason(error)}` }),
    )
  } else if (message.type === 'generate') void generate(message)
  else if (message.type === 'warm-up') warmUp(message).catch(() => undefined)
  else running.get(message.id)?.abort()
})
// The agent has ended, so no requests can arrive.
process.on('disconnect', () => process.exit(0))
