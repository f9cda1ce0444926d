'use client'

import { cn, Field, Select } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { plural } from '../../../lib/format'
import { useTRPC } from '../../../lib/trpc'
import { priorityOptions } from '../queue/priority'

/** Which agents may take a run, and how soon. */
export interface Placement {
  priority: number
  labels: string[]
  gpus: number
}

export const anywhere: Placement = { priority: 0, labels: [], gpus: 0 }

/** Offers only what some agent has: a run that no agent can take would wait forever. */
export function WhereFields({ value, onChange }: { value: Placement; onChange: (value: Placement) => void }) {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions())
  const enrolled = (agents.data ?? []).filter(({ status }) => status !== 'revoked')
  const labels = [...new Set(enrolled.flatMap((agent) => agent.labels))].sort()
  const most = Math.max(0, ...enrolled.map(({ hardware }) => hardware?.gpus.length ?? 0))
  const counts = Array.from({ length: most }, (_, index) => index + 1)
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line px-3.5 pt-2 pb-3.5">
      <legend className="px-1 text-xs text-ink-3">Placement</legend>
      <div className="grid grid-cols-2 gap-x-4 gap-y-3">
        <Field label="Priority" hint="Higher ones start first">
          <Select
            value={String(value.priority)}
            onValueChange={(priority) => onChange({ ...value, priority: Number(priority) })}
            options={priorityOptions(value.priority)}
          />
        </Field>
        {most > 0 ? (
          <Field
            label="GPUs"
            hint={value.gpus > 1 ? 'One process per GPU' : 'Agents without a GPU are slower'}
          >
            <Select
              value={String(value.gpus)}
              onValueChange={(gpus) => onChange({ ...value, gpus: Number(gpus) })}
              options={[
                { value: '0', label: 'Any machine' },
                ...counts.map((count) => ({ value: String(count), label: plural(count, 'GPU') })),
              ]}
            />
          </Field>
        ) : null}
      </div>
      {labels.length > 0 ? (
        <LabelChoice
          labels={labels}
          chosen={value.labels}
          onChange={(next) => onChange({ ...value, labels: next })}
        />
      ) : null}
    </fieldset>
  )
}

function LabelChoice({
  labels,
  chosen,
  onChange,
}: {
  labels: readonly string[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}) {
  const toggle = (label: string) =>
    onChange(chosen.includes(label) ? chosen.filter((one) => one !== label) : [...chosen, label])
  return (
    <fieldset className="flex flex-wrap items-center gap-1.5">
      <legend className="float-left mr-1 text-sm text-ink-2">Only on agents with the label</legend>
      {labels.map((label) => (
        <button
          key={label}
          type="button"
          aria-pressed={chosen.includes(label)}
          onClick={() => toggle(label)}
          className={cn(
            'rounded-full border px-2.5 py-0.5 text-xs transition-colors',
            chosen.includes(label)
              ? 'border-accent bg-accent-soft text-accent-ink'
              : 'border-line-strong text-ink-2 hover:bg-sunk',
          )}
        >
          {label}
        </button>
      ))}
    </fieldset>
  )
}
