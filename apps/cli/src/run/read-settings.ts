import {
  describeAllowed,
  type RunKind,
  rounds,
  type Setting,
  settingsOf,
  type TrainConfig,
  trainSchemas,
} from '@palate/protocol'
import { CliError, exit } from '../exit'

export const trainings = ['pretrain', 'sft', 'dpo', 'kto'] as const satisfies readonly RunKind[]
export type Training = (typeof trainings)[number]

/**
 * The settings of `--set name=value`, checked against the table that the server and the trainer use.
 *
 * @throws CliError that names the setting and what it takes
 */
export function readSettings<Kind extends Training>(kind: Kind, given: readonly string[]): TrainConfig<Kind> {
  const settings = settingsOf(kind)
  const values: Record<string, unknown> = {}
  for (const one of given) {
    const at = one.indexOf('=')
    if (at < 1) throw usage(`--set ${one} has no value.`, 'Write it as --set name=value.')
    const name = one.slice(0, at).trim()
    const setting = settings.get(name)
    if (!setting) throw unknownSetting(kind, name, [...settings.keys()])
    values[name] = readValue(one.slice(at + 1).trim(), setting)
  }
  const parsed = trainSchemas[kind].safeParse(values)
  if (parsed.success) return parsed.data as TrainConfig<Kind>
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0] ?? '')
  const setting = settings.get(name)
  const wrong = given.find((one) => one.startsWith(`${name}=`)) ?? name
  // A rule across settings has its remedy in its sentence; the name of the config is the API's.
  const message = (issue?.message ?? '').replaceAll('config.', '')
  throw usage(setting ? `--set ${wrong}: ${setting.label}.` : `--set ${wrong}.`, message)
}

const usage = (message: string, remedy: string) => new CliError(message, remedy, exit.usage)

function unknownSetting(kind: Training, name: string, known: readonly string[]): CliError {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const near =
    known.find((one) => plain(one) === plain(name)) ?? known.find((one) => plain(one).includes(plain(name)))
  return usage(
    `A ${kind} run has no setting "${name}".`,
    `${near ? `Did you mean ${near}? ` : ''}palate runs create ${kind} --help lists them.`,
  )
}

/** The text as the type of the setting has it; what cannot be one stays text, for the schema to refuse. */
function readValue(text: string, setting: Setting): unknown {
  if (setting.type === 'int' || setting.type === 'number') return readNumber(text)
  if (setting.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (setting.type === 'list') {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
    return setting.items?.type === 'number' ? items.map(readNumber) : items
  }
  if (setting.type === 'model') return readModelSource(text)
  return text
}

const readNumber = (text: string): number | string =>
  text !== '' && Number.isFinite(Number(text)) ? Number(text) : text

/** `owner/name`, `owner/name@revision` or the path of a folder. */
function readModelSource(text: string): unknown {
  if (/^([\\/]|[A-Za-z]:)/.test(text)) return { from: 'folder', path: text }
  const [id = '', revision] = text.split('@')
  return { from: 'hub', id, ...(revision ? { revision } : {}) }
}

/** What `--set` takes for a kind: name, default, label, and what is allowed. */
export function describeSettings(kind: Training): string {
  const entries = [...settingsOf(kind)].map(([name, setting]) => {
    const { label, unit, default: value, hint } = setting
    const standard = value === undefined ? '' : `=${Array.isArray(value) ? value.join(',') : value}`
    const text = `${label}${unit ? ` (${unit})` : ''}. ${hint} ${allowedOf(setting)}`
    return `  ${name}${standard}\n${wrap(text, 72, '      ')}`
  })
  return ['Settings, as --set name=value, with their defaults:', ...entries, ...published(kind)].join('\n')
}

/** The defaults that the server takes for an imported model, and for what was trained from one. */
function published(kind: Training): string[] {
  if (kind === 'pretrain') return []
  const values = Object.entries(rounds.published[kind]).map(([name, value]) => `${name}=${value}`)
  return [wrap(`Defaults on an imported model: ${values.join(', ')}.`, 76, '')]
}

function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => indent + line).join('\n')
}

function allowedOf(setting: Setting): string {
  if (setting.type === 'model') return 'Use owner/name, owner/name@revision or the path of a folder.'
  return describeAllowed(setting)
}
