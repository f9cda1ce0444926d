import { type ExportedFile, type ExportedModel, fileStem } from '../contents'
import type { ExportFormat } from '../schemas'
import { writeFigures } from './figures'
import { writeFrontMatter } from './front-matter'
import { describeStep, writeMade } from './made'
import { bytes, code, count, plain, table } from './markdown'
import type { Story } from './story'
import { writeUsage } from './usage'

/** The model card of an export: README.md as the Hugging Face hub reads it. */
export function writeCard(
  exported: ExportedModel,
  format: ExportFormat,
  files: readonly ExportedFile[],
  story: Story,
): string {
  const sections = [
    writeFrontMatter(exported, format, story),
    `# ${plain(exported.model.name)} v${exported.model.number}`,
    writeSummary(exported, story),
    writeFiles(files),
    writeLicense(exported, story),
    writeMade(story),
    writeFigures(story),
    writeTemplate(exported),
    writeUsage(exported, format, story),
  ]
  return `${sections.join('\n\n')}\n`
}

function writeSummary({ model, base }: ExportedModel, { steps, origin }: Story): string {
  const { facts } = base
  const last = steps.at(-1)
  const what = model.kind === 'adapter' ? `A LoRA adapter on ${fileStem(base)}` : 'A whole model'
  const how = last ? `, ${describeStep(last)}` : ''
  const from = origin ? ` It began with ${plain(origin.name)}.` : ''
  const rows = facts
    ? [
        ['Architecture', plain(facts.architecture)],
        ['Parameters', count(facts.parameters)],
        ['Context', `${count(facts.contextTokens)} tokens`],
        ['Weights of the GGUF', plain(facts.quantization)],
        ['End token', facts.endToken ? inCode(facts.endToken) : 'none'],
      ]
    : []
  const made = `Made with Palate on ${model.createdAt.toISOString().slice(0, 10)}.`
  return [`${what}${how}.${from} ${made}`, ...(rows.length > 0 ? [table(['Fact', 'Value'], rows)] : [])].join(
    '\n\n',
  )
}

/** A bar ends a cell of a table, also in code. */
function inCode(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

function writeFiles(files: readonly ExportedFile[]): string {
  const rows = files.map(({ path, sizeBytes }) => [`\`${path}\``, bytes(sizeBytes)])
  return ['## Files', table(['File', 'Size'], rows), 'Check them with `sha256sum --check SHA256SUMS`.'].join(
    '\n\n',
  )
}

function writeLicense({ model }: ExportedModel, { origin, steps }: Story): string {
  const title = '## Base and license'
  if (!origin)
    return `${title}\n\nThe weights were made from nothing, so no license of others binds them. Choose one before you publish them.`
  const derived = steps.length > 1 || model.kind === 'adapter'
  const link = origin.hubId
    ? `[${plain(origin.name)}](https://huggingface.co/${origin.hubId})`
    : plain(origin.name)
  const license = origin.license
    ? `The license of the base is ${plain(origin.license)}.`
    : 'Its files state no license: look it up before you publish the weights.'
  const bound = derived ? ' These weights derive from it, so its terms apply to them too.' : ''
  return `${title}\n\nBase: ${link}. ${license}${bound}`
}

function writeTemplate({ base }: ExportedModel): string {
  const title = '## Chat template'
  const { facts } = base
  if (!facts?.template) return `${title}\n\nThe tokenizer and the GGUF carry it.`
  const role = facts.systemRole
    ? 'It takes a system message.'
    : 'It takes no system message: that text goes before the first request.'
  return [
    title,
    `The tokenizer and the GGUF carry it (SHA-256 \`${facts.templateSha256}\`). ${role}`,
    code('jinja', facts.template),
  ].join('\n\n')
}
