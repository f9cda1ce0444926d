import type { TrainKind } from '@palate/protocol'
import { Input } from '@palate/ui'
import { ChevronRight, Search } from 'lucide-react'
import { useId, useState } from 'react'
import {
  groupSettings,
  isChanged,
  listFormSettings,
  type SettingGroup,
  type Suited,
  type Texts,
} from './form-settings'
import { SettingField } from './setting-field'

const countSettings = (count: number) => `${count} ${count === 1 ? 'setting' : 'settings'}`

interface SectionsProps {
  kind: TrainKind
  suited?: Suited | undefined
  texts: Texts
  errors: ReadonlyMap<string, string>
  onChange: (texts: Texts) => void
}

/** All settings of a kind: the basics open, the other groups collapsed, and a search over all. */
export function SettingSections({ kind, suited, texts, errors, onChange }: SectionsProps) {
  const [query, setQuery] = useState('')
  const id = useId()
  const changed = listFormSettings(kind, suited).filter((setting) =>
    isChanged(setting, texts[setting.name]),
  ).length
  const groups = groupSettings(kind, query, suited)
  const searching = query.trim() !== ''
  return (
    <section aria-label="Settings" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="relative min-w-0 grow basis-56">
          <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-ink-3" />
          <Input
            type="search"
            aria-label="Search settings"
            aria-controls={id}
            placeholder="Search settings"
            className="pl-9"
            value={query}
            onChange={({ target }) => setQuery(target.value)}
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          />
        </div>
        <p className="text-sm text-ink-2" role="status">
          {changed === 0 ? 'Defaults' : `${countSettings(changed)} changed`}
          {changed > 0 ? (
            <button
              type="button"
              onClick={() => onChange({})}
              className="ml-2 rounded-sm text-accent-ink underline underline-offset-3 focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none"
            >
              Reset all
            </button>
          ) : null}
        </p>
      </div>
      <div id={id} className="flex flex-col gap-2">
        {groups.length === 0 ? (
          <p className="text-sm text-ink-2">No setting has “{query.trim()}” in its name or description.</p>
        ) : null}
        {groups.map((group) => (
          <Group
            key={`${kind}-${group.id}`}
            group={group}
            searching={searching}
            {...{ kind, texts, errors, onChange }}
          />
        ))}
      </div>
    </section>
  )
}

function Group({
  group,
  searching,
  texts,
  errors,
  onChange,
}: SectionsProps & { group: SettingGroup; searching: boolean }) {
  const [open, setOpen] = useState(false)
  const faults = group.settings.filter(({ name }) => errors.has(name)).length
  const changed = group.settings.filter((setting) => isChanged(setting, texts[setting.name])).length
  const fields = (
    <div className="grid grid-cols-1 gap-x-4 gap-y-3.5 sm:grid-cols-2">
      {group.settings.map((setting) => (
        <SettingField
          key={setting.name}
          setting={setting}
          text={texts[setting.name] ?? ''}
          error={errors.get(setting.name)}
          onChange={(text) => onChange({ ...texts, [setting.name]: text })}
        />
      ))}
    </div>
  )
  if (group.id === 'basics') return <div className="pb-2">{fields}</div>
  return (
    <details
      open={open || searching || faults > 0}
      onToggle={({ currentTarget }) => searching || faults > 0 || setOpen(currentTarget.open)}
      className="group rounded-md border border-line"
    >
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-md px-3.5 py-2.5 text-sm font-medium focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 text-ink-3 transition-transform group-open:rotate-90" />
        {group.title}
        <span className="ml-auto shrink-0 text-xs font-normal text-ink-3">
          {changed > 0 ? `${changed} changed` : countSettings(group.settings.length)}
        </span>
      </summary>
      <div className="px-3.5 pt-1 pb-4">{fields}</div>
    </details>
  )
}
