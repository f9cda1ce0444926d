'use client'

import { Button, Field, Input, Select } from '@palate/ui'
import type { Outputs } from '../../lib/trpc'
import type { Filter } from './use-filter'

/** Radix has no option without a value. */
const all = 'all'

export function FilterBar({
  filter,
  setFilter,
  setting: { people, kinds },
}: {
  filter: Filter
  setFilter: (change: Filter) => void
  setting: Outputs['auditLog']['setting']
}) {
  const choose = (name: 'userId' | 'action') => (value: string) =>
    setFilter({ [name]: value === all ? undefined : value })
  const isFiltered = Object.keys(filter).length > 0
  return (
    <search className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-6" aria-label="Filter">
      <Field label="Person">
        <Select
          value={filter.userId ?? all}
          onValueChange={choose('userId')}
          options={[
            { value: all, label: 'Everybody' },
            ...people.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      <Field label="What">
        <Select
          value={filter.action ?? all}
          onValueChange={choose('action')}
          options={[
            { value: all, label: 'Everything' },
            ...kinds.map((kind) => ({ value: kind, label: kind })),
          ]}
        />
      </Field>
      <Field label="Id of a thing">
        <Input
          key={filter.entityId ?? ''}
          defaultValue={filter.entityId ?? ''}
          maxLength={100}
          placeholder="run_…"
          onBlur={({ target }) => setFilter({ entityId: target.value.trim() || undefined })}
          onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
        />
      </Field>
      <Day label="From" value={filter.from} onChange={(from) => setFilter({ from })} />
      <Day label="To" value={filter.to} onChange={(to) => setFilter({ to })} />
      <Button
        disabled={!isFiltered}
        onClick={() =>
          setFilter({
            userId: undefined,
            action: undefined,
            entityId: undefined,
            from: undefined,
            to: undefined,
          })
        }
      >
        Show all
      </Button>
    </search>
  )
}

function Day({
  label,
  value,
  onChange,
}: {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}) {
  return (
    <Field label={label}>
      <Input type="date" value={value ?? ''} onChange={({ target }) => onChange(target.value || undefined)} />
    </Field>
  )
}
