import { type Setting, settingGroups, settingsOf, type TrainKind, trainSchemas } from '@palate/protocol'

export type FormSetting = Setting & { name: string }

/** The texts in the fields, by the name of the setting. An empty text means the default. */
export type Texts = Readonly<Record<string, string>>

/** Defaults that suit a model, by the name of the setting. */
export type Suited = Readonly<Record<string, unknown>>

/** Every setting of a kind that the form shows, in the order of the table, with the defaults that suit the model. */
export function listFormSettings(kind: TrainKind, suited: Suited = {}): FormSetting[] {
  return [...settingsOf(kind)]
    .filter(([, { ownControl }]) => !ownControl)
    .map(([name, setting]) => ({ ...setting, name, default: suited[name] ?? setting.default }))
}

export interface SettingGroup {
  id: string
  title: string
  settings: FormSetting[]
}

/** The settings of a kind by group; a query keeps settings with all its words in label, name, hint or group. */
export function groupSettings(kind: TrainKind, query = '', suited: Suited = {}): SettingGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = listFormSettings(kind, suited).filter(({ label, name, hint, group }) => {
    const title = new Map<string, string>(Object.entries(settingGroups)).get(group) ?? ''
    const text = `${label} ${name} ${hint} ${title}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return Object.entries(settingGroups)
    .map(([id, title]) => ({ id, title, settings: found.filter(({ group }) => group === id) }))
    .filter(({ settings }) => settings.length > 0)
}

/** A value as text of a field. */
export const formatValue = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : value === undefined ? '' : String(value)

/** The default, as placeholder of an empty field. */
export function describeDefault({ type, default: value }: Setting): string {
  if (value === undefined) return 'automatic'
  if (type === 'boolean') return `${value ? 'on' : 'off'} by default`
  return `${formatValue(value) || 'none'} by default`
}

/** "10,000" is a whole number with a group separator; "0,1" a number with a decimal comma. */
function readFigure(type: Setting['type'], text: string): unknown {
  const grouped = type === 'int' && /^\d{1,3}(,\d{3})+$/.test(text)
  const value = Number(grouped ? text.replaceAll(',', '') : text.replace(',', '.'))
  return Number.isNaN(value) ? text : value
}

/** The value of a field, or undefined if it is empty. Invalid input stays text, which the schema rejects. */
export function readValue({ type, items }: Setting, text: string): unknown {
  if (text.trim() === '') return undefined
  if (type === 'int' || type === 'number') return readFigure(type, text.trim())
  if (type === 'boolean') return text === 'true'
  if (type !== 'list') return text
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return items?.type === 'number' ? parts.map((part) => readFigure('number', part)) : parts
}

/** The config of all fields, without the empty ones. */
export function readTexts(kind: TrainKind, texts: Texts): Record<string, unknown> {
  return Object.fromEntries(
    listFormSettings(kind).flatMap((setting) => {
      const value = readValue(setting, texts[setting.name] ?? '')
      return value === undefined ? [] : [[setting.name, value]]
    }),
  )
}

/** The values of a preset as texts. */
export const textsOf = (config: Readonly<Record<string, unknown>>): Texts =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, formatValue(value)]))

export function isChanged(setting: Setting, text: string | undefined): boolean {
  const value = readValue(setting, text ?? '')
  return value !== undefined && JSON.stringify(value) !== JSON.stringify(setting.default)
}

/** One sentence for each setting that is not right, with the labels of the form in it. */
export function findErrors(kind: TrainKind, config: Readonly<Record<string, unknown>>): Map<string, string> {
  const issues = trainSchemas[kind].safeParse(config).error?.issues ?? []
  const settings = settingsOf(kind)
  const named = (message: string) =>
    message.replaceAll(/config\.(\w+)/g, (whole, name) => settings.get(name)?.label ?? whole)
  return new Map(issues.toReversed().map(({ path, message }) => [String(path[0]), named(message)]))
}

/** The config without invalid settings, so that the estimate works while the user types. */
export function dropErrors(
  config: Readonly<Record<string, unknown>>,
  errors: ReadonlyMap<string, string>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !errors.has(name)))
}
