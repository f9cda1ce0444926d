/** Gathers pieces of text for a short while, so that a fast model does not send a message a token. */
export function coalesce(
  waitMs: number,
  send: (text: string) => void,
): { add(text: string): void; flush(): void } {
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
