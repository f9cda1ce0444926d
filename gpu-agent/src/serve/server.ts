import { ServeCancel, type ServeEnd, ServeStart } from '@palate/protocol'
import type { Logger } from 'pino'
import type { HubLink } from '../connect/hub-link'
import type { ObjectCache } from '../files/cache'
import { ModelCache } from './model-cache'

const coalesceMs = 30
const openLimit = 32

export type ServerTools = {
  link: Pick<HubLink, 'on' | 'notify'>
  cache: ObjectCache
  log: Logger
  childEnv: Record<string, string>
  limits?: { idleMs: number; models: number }
}

/** Handles the hub's `serve-start`s: fetches the weights, streams the text, sends one `serve-end`. Training continues. */
export class Server {
  private readonly requests = new Map<string, AbortController>()
  private readonly cache: ModelCache

  constructor(private readonly tools: ServerTools) {
    this.cache = new ModelCache(tools.childEnv, tools.limits ?? { idleMs: 10 * 60_000, models: 1 })
  }

  listen(): void {
    const { link } = this.tools
    link.on('serve-start', (payload, ack) => ack(this.accept(payload)))
    link.on('serve-cancel', (payload) => {
      const cancel = ServeCancel.safeParse(payload)
      if (cancel.success) this.requests.get(cancel.data.requestId)?.abort(new Error('canceled'))
    })
  }

  /** Called when the connection is lost: no client can receive the answers. */
  cancelAll(): void {
    for (const controller of this.requests.values()) controller.abort(new Error('canceled'))
  }

  async close(): Promise<void> {
    this.cancelAll()
    await this.cache.close()
  }

  private accept(payload: unknown): null | { error: { code: string; message: string } } {
    const start = ServeStart.safeParse(payload)
    if (!start.success) return errorResponse('invalid', 'The request does not match its schema.')
    if (this.requests.has(start.data.requestId))
      return errorResponse('conflict', 'This answer is already in progress.')
    if (this.requests.size >= openLimit)
      return errorResponse(
        'unavailable',
        'The agent is at its limit of answers in progress. Try again in a moment.',
      )
    const controller = new AbortController()
    this.requests.set(start.data.requestId, controller)
    void this.serve(start.data, controller.signal)
    return null
  }

  private async serve(start: ServeStart, signal: AbortSignal): Promise<void> {
    const { link, log } = this.tools
    const { requestId } = start
    const began = performance.now()
    const end = await this.answer(start, signal).catch((error: unknown) => {
      const canceled = signal.aborted
      if (!canceled) log.warn({ requestId, reason: String(error) }, 'an answer failed')
      return {
        finishReason: canceled ? ('canceled' as const) : ('error' as const),
        ...{ promptTokens: 0, completionTokens: 0 },
        error: canceled ? null : error instanceof Error ? error.message : String(error),
      }
    })
    this.requests.delete(requestId)
    const message: ServeEnd = { requestId, ...end, durationMs: performance.now() - began }
    link.notify('serve-end', message)
  }

  private async answer({ requestId, model, messages, sampling, stop }: ServeStart, signal: AbortSignal) {
    const { cache, link } = this.tools
    const [path, adapterPath] = await Promise.all([
      cache.fetch(model.base, model.token, signal),
      model.adapter ? cache.fetch(model.adapter, model.token, signal) : null,
    ])
    const text = coalesce(coalesceMs, (piece) => link.notify('serve-token', { requestId, text: piece }))
    try {
      return await this.cache.take(path).generate({ adapterPath, messages, sampling, stop }, text.add, signal)
    } finally {
      text.flush()
    }
  }
}

const errorResponse = (code: string, message: string) => ({ error: { code, message } })

/** Collects pieces of text for a short time, so that a fast model does not send one message per token. */
function coalesce(waitMs: number, send: (text: string) => void): { add(text: string): void; flush(): void } {
  let gathered = ''
  let timer: NodeJS.Timeout | null = null
  const flush = () => {
    if (timer) clearTimeout(timer)
    timer = null
    if (gathered) send(gathered)
    gathered = ''
  }
  return {
    add(text) {
      gathered += text
      timer ??= setTimeout(flush, waitMs)
    },
    flush,
  }
}
