import { totalmem } from 'node:os'
import {
  ServeCancel,
  type ServeEnd,
  type ServeModel,
  ServeReleased,
  ServeStart,
  ServeWarmUp,
} from '@palate/protocol'
import type { Logger } from 'pino'
import type { HubLink } from '../connect/hub-link'
import type { ObjectCache } from '../files/cache'
import { type CacheLimits, ModelCache } from './model-cache'

const coalesceMs = 30
const openLimit = 32

export type ServerTools = {
  link: Pick<HubLink, 'on' | 'notify'>
  cache: ObjectCache
  log: Logger
  childEnv: Record<string, string>
  limits?: CacheLimits
}

/** Handles the hub's `serve-start`s: fetches the weights, streams the text, sends one `serve-end`. Training continues. */
export class Server {
  private readonly requests = new Map<string, AbortController>()
  private readonly cache: ModelCache
  private readonly closing = new AbortController()
  private warmingUp = false
  private opening: Promise<void> = Promise.resolve()

  constructor(private readonly tools: ServerTools) {
    this.cache = new ModelCache(tools.childEnv, tools.limits ?? defaultLimits())
  }

  listen(): void {
    const { link } = this.tools
    link.on('serve-start', (payload, ack) => ack(this.accept(payload)))
    link.on('serve-warm-up', (payload) => {
      const warmUp = ServeWarmUp.safeParse(payload)
      if (warmUp.success) void this.warmUp(warmUp.data)
    })
    link.on('serve-released', (payload) => {
      const released = ServeReleased.safeParse(payload)
      if (released.success) this.opening = this.opening.then(() => this.open(released.data))
    })
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
    this.closing.abort(new Error('The agent stops.'))
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

  private fetchWeights(model: ServeModel, signal: AbortSignal): Promise<[string, string | null]> {
    const { cache } = this.tools
    return Promise.all([
      cache.fetch(model.base, model.token, signal),
      model.adapter ? cache.fetch(model.adapter, model.token, signal) : null,
    ])
  }

  /** Loads a model and evaluates its system prompt. Nobody waits for it: a failure is met again by the first question. */
  private async warmUp({ model, system }: ServeWarmUp): Promise<void> {
    if (this.warmingUp) return
    this.warmingUp = true
    try {
      const [path, adapterPath] = await this.fetchWeights(model, this.closing.signal)
      if (this.cache.mayWarmUp(path)) this.cache.take(path).warmUp({ system, adapterPath })
    } catch (error) {
      if (!this.closing.signal.aborted)
        this.tools.log.warn({ reason: String(error) }, 'no model was opened ahead')
    } finally {
      this.warmingUp = false
    }
  }

  /** Opens what is released, as far as there is room, and evaluates what its questions begin with. */
  private async open({ models, systems }: ServeReleased): Promise<void> {
    const paths: string[] = []
    for (const model of models) {
      try {
        const [path, adapterPath] = await this.fetchWeights(model, this.closing.signal)
        paths.push(path)
        this.cache.keep(paths)
        if (!this.cache.hasRoomFor(path)) continue
        const host = this.cache.take(path)
        // The first persona is the one that the page begins with: it is read last and so kept longest.
        for (const system of systems.toReversed()) host.warmUp({ system, adapterPath })
      } catch (error) {
        if (this.closing.signal.aborted) return
        const { modelVersionId } = model
        this.tools.log.warn(
          { modelVersionId, reason: String(error) },
          'a released model was not opened ahead',
        )
      }
    }
    this.cache.keep(paths)
  }

  private async answer({ requestId, model, messages, sampling, stop }: ServeStart, signal: AbortSignal) {
    const { link } = this.tools
    const [path, adapterPath] = await this.fetchWeights(model, signal)
    const text = coalesce(coalesceMs, (piece) => link.notify('serve-token', { requestId, text: piece }))
    try {
      return await this.cache.take(path).generate({ adapterPath, messages, sampling, stop }, text.add, signal)
    } finally {
      text.flush()
    }
  }
}

/** Models may hold half of the machine's memory: a training needs the rest. */
const defaultLimits = (): CacheLimits => ({ idleMs: 10 * 60_000, memoryBytes: usableMemory() / 2 })

/** The machine's memory, or the container's where that has less. */
const usableMemory = () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)

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
