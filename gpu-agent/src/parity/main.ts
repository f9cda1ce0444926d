import { readFile } from 'node:fs/promises'
import { openModel } from '@palate/inference'
import { ChatMessage } from '@palate/protocol'
import { z } from 'zod'
import { llamaGpu } from '../generate/env'

/**
 * Loads a GGUF file and says how the server reads and answers conversations, a JSON object a line: the trainer compares
 * it with transformers. A process of its own, because a bad file ends the process that loads it.
 */
const Request = z.strictObject({
  path: z.string(),
  /** A GGUF LoRA that answers on it. */
  adapterPath: z.string().nullable().default(null),
  conversations: z.array(z.array(ChatMessage)),
  maxTokens: z.int().positive(),
})
const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`)
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  const request = Request.parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')))
  const { conversations, maxTokens, adapterPath } = request
  const model = await openModel({ path: request.path, gpu: llamaGpu(), contextTokens: 1024 })
  const tell = async (messages: ChatMessage[], index: number) => {
    try {
      say({ index, prompt: model.prompt(messages) })
    } catch (error) {
      return say({ index, refused: reason(error) })
    }
    const sampling = { temperature: 0, topP: 1, maxTokens }
    const answer = await model.generate({ messages, sampling, adapterPath })
    say({ index, answer: answer.tokenIds, ended: answer.finishReason === 'stop' })
  }
  await Promise.all(conversations.map(tell))
} catch (error) {
  say({ error: reason(error) })
  process.exitCode = 1
}
// llama.cpp's threads would keep the process alive.
process.exit()
