import { type ChildProcess, fork } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tsxArguments } from '../tsx'
import { FromWorker, type ToWorker } from './messages'

export type HostEnd = Omit<Extract<FromWorker, { type: 'end' }>, 'type' | 'id'>
type Request = Omit<Extract<ToWorker, { type: 'generate' }>, 'type' | 'id'>
type Open = { onText: (text: string) => void; resolve: (end: HostEnd) => void }

/** One base model in a separate process. A crash there only ends its open answers, with an error. */
export class ModelHost {
  readonly exited: Promise<void>
  lastUsed = Date.now()
  /** What it holds, as it said last; before that, what the file of its weights has. */
  memoryBytes: number
  private readonly child: ChildProcess
  private readonly open = new Map<string, Open>()
  private readonly ready: Promise<void>
  private count = 0

  constructor(
    path: string,
    env: Record<string, string>,
    private readonly onMemory: () => void = () => undefined,
  ) {
    this.memoryBytes = weightBytes(path)
    const file = fileURLToPath(new URL('worker.ts', import.meta.url))
    const execArgv = tsxArguments(file).slice(0, -1)
    this.child = fork(file, { execArgv, env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    this.exited = new Promise((resolve) => this.child.once('close', () => resolve()))
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (value) => this.handle(FromWorker.parse(value), resolve, reject))
      this.child.once('error', reject)
      void this.exited.then(() => reject(new Error('The process that holds the model has crashed.')))
    })
    this.ready.catch(() => undefined)
    void this.exited.then(() => this.failAll())
    this.send({ type: 'open', path })
  }

  get isIdle(): boolean {
    return this.open.size === 0
  }

  get isAlive(): boolean {
    return this.child.connected
  }

  /** Generates an answer. An error is returned in `error`, never thrown. */
  async generate(request: Request, onText: (text: string) => void, signal: AbortSignal): Promise<HostEnd> {
    this.lastUsed = Date.now()
    const id = String(this.count++)
    try {
      await this.ready
    } catch (error) {
      return failure(error instanceof Error ? error.message : String(error))
    }
    return new Promise((resolve) => {
      const cancel = () => this.send({ type: 'cancel', id })
      this.open.set(id, {
        onText,
        resolve: (end) => {
          signal.removeEventListener('abort', cancel)
          this.open.delete(id)
          this.lastUsed = Date.now()
          resolve(end)
        },
      })
      this.send({ type: 'generate', id, ...request })
      if (signal.aborted) cancel()
      else signal.addEventListener('abort', cancel)
    })
  }

  /** Evaluates a system prompt ahead of the first question. */
  warmUp(request: Omit<Extract<ToWorker, { type: 'warm-up' }>, 'type'>): void {
    this.send({ type: 'warm-up', ...request })
  }

  async dispose(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exited
  }

  private handle(message: FromWorker, ready: () => void, failed: (error: Error) => void): void {
    if (message.type === 'ready') ready()
    else if (message.type === 'failed') failed(new Error(message.message))
    else if (message.type === 'memory') {
      this.memoryBytes = message.bytes
      this.onMemory()
    } else if (message.type === 'text') this.open.get(message.id)?.onText(message.text)
    else {
      const { type: _type, id, ...end } = message
      this.open.get(id)?.resolve(end)
    }
  }

  private send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined)
    else this.failAll()
  }

  private failAll(): void {
    for (const { resolve } of [...this.open.values()])
      resolve(failure('The model stopped while it was answering. Ask again.'))
  }
}

/** Of a file; 0 where there is none, which opening it will say. */
export function weightBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

const failure = (error: string): HostEnd => ({
  finishReason: 'error',
  ...{ promptTokens: 0, completionTokens: 0, error },
})
