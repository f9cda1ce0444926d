import { StringDecoder } from 'node:string_decoder'

/** Splits a stream of bytes into lines, reading no faster than they are taken. Longer lines than `maxChars` are cut there. */
export async function* linesOf(stream: AsyncIterable<Buffer>, maxChars = 4_000_000): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let skipping = false
  for await (const chunk of stream) {
    const parts = (rest + decoder.write(chunk)).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      if (!skipping && line.trim()) yield line.slice(0, maxChars)
      skipping = false
    }
    if (rest.length > maxChars) {
      if (!skipping) yield rest.slice(0, maxChars)
      skipping = true
      rest = ''
    }
  }
  rest += decoder.end()
  if (!skipping && rest.trim()) yield rest
}
