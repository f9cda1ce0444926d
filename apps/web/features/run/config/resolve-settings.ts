import {
  isTrainKind,
  ModelSource,
  nameModelSource,
  type Setting,
  settingGroups,
  settingsOf,
  withDefaults,
} from '@palate/protocol'
import { formatValue } from '../form/form-settings'
import type { Run } from '../run-status'

export interface ResolvedSetting {
  name: string
  label: string
  value: string
  /** Given at the creation of the run, and other than the default. */
  changed: boolean
}

export interface ResolvedGroup {
  title: string
  settings: ResolvedSetting[]
}

/** Every setting of a run as the trainer takes it, the defaults included, in the groups and the order of the form. */
export function resolveSettings({ kind, config }: Pick<Run, 'kind' | 'config'>): ResolvedGroup[] {
  if (!isTrainKind(kind)) return []
  const values = withDefaults(kind, config)
  const settings = [...settingsOf(kind)]
  return Object.entries(settingGroups).flatMap(([id, title]) => {
    const shown = settings
      .filter(([name, { group, ownControl }]) => group === id && (!ownControl || name in config))
      .map(([name, setting]) => ({
        ...{ name, label: setting.label, value: describeValue(setting, values[name]) },
        changed: name in config && JSON.stringify(config[name]) !== JSON.stringify(setting.default),
      }))
    return shown.length > 0 ? [{ title, settings: shown }] : []
  })
}

function describeValue({ type, unit, hint }: Setting, value: unknown): string {
  if (value === undefined) return 'automatic'
  // "0: as many as fit": what a setting does with 0 stands in its hint.
  const zero = value === 0 ? /\b0: ([^.;]+)/.exec(hint)?.[1] : undefined
  if (zero) return zero
  const source = type === 'model' ? ModelSource.safeParse(value) : null
  if (source?.success) return nameModelSource(source.data)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  const text = formatValue(value) || 'none'
  return unit ? `${text} ${unit}` : text
}
