import { readFile } from 'node:fs/promises'
import { ChatTemplate, type Message } from '../chat-template'
import { sharedLlama } from '../llama'
import { PromptEncoder, plainTokens } from '../prompt'

/**
 * Says how the server renders and encodes conversations, for tests of the trainer that compare both: a JSON file in, JSON
 * out. A process of its own, because a bad file ends the process that loads it.
 */
type Job = {
  templates?: { source: string; bos: string; eos: string; talks: Message[][] }[]
  /** GGUF files of which only the vocabulary is loaded; a template replaces their own. */
  vocabularies?: { path: string; texts: string[]; template?: string; talks: Message[][] }[]
}
type Asked<Part extends keyof Job> = NonNullable<Job[Part]>[number]

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

function attempt<T extends object>(work: () => T): T | { refused: string } {
  try {
    return work()
  } catch (error) {
    return { refused: reason(error) }
  }
}

function render({ source, bos, eos, talks }: Asked<'templates'>) {
  const made = attempt(() => new ChatTemplate(source, { bos, eos }))
  if ('refused' in made) return talks.map(() => made)
  const text = (talk: Message[]) => made.segments(talk).map((segment) => segment.text)
  return talks.map((talk) => attempt(() => ({ text: text(talk).join('') })))
}

async function encode({ path, texts, template, talks }: Asked<'vocabularies'>) {
  const llama = await sharedLlama(false)
  const model = await llama.loadModel({ modelPath: path, vocabOnly: true })
  const encoder = attempt(() => new PromptEncoder(model, template))
  const answer = {
    texts: texts.map((text) => plainTokens(model, text)),
    talks: talks.map((talk) =>
      'refused' in encoder ? encoder : attempt(() => ({ ids: encoder.encode(talk) })),
    ),
  }
  await model.dispose()
  return answer
}

const job: Job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'))
const templates = (job.templates ?? []).map(render)
const vocabularies = []
for (const one of job.vocabularies ?? []) vocabularies.push(await encode(one))
process.stdout.write(JSON.stringify({ templates, vocabularies }), () => process.exit())
