import type { ExportedModel } from './contents'
import { ggufName } from './contents'

/** What `/api/create` of Ollama and a Modelfile say of a model besides its files. The GGUF carries the template. */
export interface OllamaSettings {
  parameters: Record<string, number | string[]>
  system: string | null
}

/** As the models are evaluated here: Ollama's own defaults (top k 40, repeat penalty 1.1) are others. */
const sampling = { temperature: 0.7, top_p: 0.95, top_k: 0, repeat_penalty: 1 }

/** Ollama keeps memory for the whole context from the start. */
const mostContext = 8192

export function ollamaSettings({ base: { facts } }: ExportedModel, system: string | null): OllamaSettings {
  const parameters: OllamaSettings['parameters'] = { ...sampling }
  if (facts) parameters.num_ctx = Math.min(facts.contextTokens, mostContext)
  if (facts?.endToken) parameters.stop = [facts.endToken]
  return { parameters, system }
}

/** The Modelfile beside the files of an export. */
export function writeModelfile(exported: ExportedModel, { parameters, system }: OllamaSettings): string {
  const { model, base } = exported
  const lines = [`FROM ./${ggufName(base)}`]
  if (model.kind === 'adapter') lines.push(`ADAPTER ./${ggufName(model)}`)
  for (const [name, value] of Object.entries(parameters))
    for (const one of Array.isArray(value) ? value : [value])
      lines.push(`PARAMETER ${name} ${typeof one === 'string' ? JSON.stringify(one) : one}`)
  if (system !== null) lines.push(`SYSTEM ${quote(system)}`)
  return `${lines.join('\n')}\n`
}

/** A Modelfile has no escapes: a text that has the quotes itself is written with others. */
function quote(text: string): string {
  return `"""${text.replaceAll('"""', "'''")}"""`
}
