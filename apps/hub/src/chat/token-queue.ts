/** Buffers the pieces of an answer as they arrive, for one reader that takes them at its own pace. */
export class TokenQueue implements AsyncIterable<string> {
  readonly #waiting: string[] = []
  #wake: (() => void) | null = null
  #closed = false
  count = 0
  onPush: () => void = () => undefined

  push(text: string): void {
    if (this.#closed) return
    this.#waiting.push(text)
    this.count += 1
    this.onPush()
    this.#wake?.()
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const text = this.#waiting.splice(0).join('')
      if (text) yield text
      else if (this.#closed) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}
