import type { ExportedModel } from '../contents'
import type { ExportFormat } from '../schemas'
import type { Story } from './story'

/** Licenses that the Hugging Face hub knows by these names. */
const knownLicenses = new Set([
  ...['apache-2.0', 'mit', 'bsd-2-clause', 'bsd-3-clause', 'openrail', 'bigscience-openrail-m', 'gemma'],
  ...['llama2', 'llama3', 'llama3.1', 'llama3.2', 'llama3.3', 'cc-by-4.0', 'cc-by-sa-4.0', 'cc-by-nc-4.0'],
  ...['cc0-1.0', 'gpl-3.0', 'agpl-3.0', 'unlicense', 'mpl-2.0'],
])

/** The YAML by which the Hugging Face hub files a model. */
export function writeFrontMatter(
  { model }: ExportedModel,
  format: ExportFormat,
  { origin, steps }: Story,
): string {
  const lines = [
    ...(origin?.hubId
      ? [`base_model: ${quoted(origin.hubId)}`, `base_model_relation: ${relation(model.kind, steps)}`]
      : []),
    ...licenseLines(origin?.license ?? null),
    `library_name: ${format === 'safetensors' ? (model.kind === 'adapter' ? 'peft' : 'transformers') : 'gguf'}`,
    'pipeline_tag: text-generation',
    'tags:',
    ...tagsOf(model.kind, format, steps).map((tag) => `- ${tag}`),
  ]
  return `---\n${lines.join('\n')}\n---`
}

function licenseLines(license: string | null): string[] {
  if (!license) return []
  const known = license.toLowerCase()
  return knownLicenses.has(known)
    ? [`license: ${known}`]
    : ['license: other', `license_name: ${quoted(license)}`]
}

function relation(kind: 'base' | 'adapter', steps: Story['steps']): string {
  if (kind === 'adapter') return 'adapter'
  return steps.length > 1 ? 'finetune' : 'quantized'
}

function tagsOf(kind: 'base' | 'adapter', format: ExportFormat, steps: Story['steps']): string[] {
  const trainings = steps.map((step) => step.kind).filter((one) => one !== 'import')
  const form = format === 'safetensors' ? [] : ['gguf', 'llama.cpp']
  return [...new Set(['palate', ...(kind === 'adapter' ? ['lora'] : []), ...trainings, ...form])]
}

/** JSON's strings are YAML's too. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
