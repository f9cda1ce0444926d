import { type Model, openModel } from '@palate/inference'
import { llamaGpu } from '../generate/env'
import { type FromWorker, ToWorker } from './messages'

/** The process that holds the weights: when llama.cpp crashes, it takes this process with it and not the agent. */
const running = new Map<string, AbortController>()
let opened: Promise<Model> | null = null

const tell = (message: FromWorker) => process.send?.(message)
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function generate(request: Extract<ToWorker, { type: 'generate' }>): Promise<void> {
  const { id, messages, sampling, adapterPath } = request
  const controller = new AbortController()
  running.set(id, controller)
  try {
    if (!opened) throw new Error('No model is open.')
    const model = await opened
    const onText = (text: string) => tell({ type: 'text', id, text })
    const answer = await model.generate({
      messages,
      sampling,
      adapterPath,
      onText,
      signal: controller.signal,
    })
    const { finishReason, promptTokens, tokenIds } = answer
    tell({ type: 'end', id, finishReason, promptTokens, completionTokens: tokenIds.length, error: null })
  } catch (error) {
    const nothing = { promptTokens: 0, completionTokens: 0 }
    tell({ type: 'end', id, finishReason: 'error', ...nothing, error: reason(error) })
  } finally {
    running.delete(id)
  }
}

process.on('message', (value) => {
  const message = ToWorker.parse(value)
  if (message.type === 'open') {
    opened = openModel({ path: message.path, gpu: llamaGpu() })
    opened.then(
      () => tell({ type: 'ready' }),
      (error: unknown) => tell({ type: 'failed', message: `The model cannot be opened: ${reason(error)}` }),
    )
  } else if (message.type === 'generate') void generate(message)
  else running.get(message.id)?.abort()
})
// The agent is gone, however it went: nobody can ask any more.
process.on('disconnect', () => process.exit(0))
