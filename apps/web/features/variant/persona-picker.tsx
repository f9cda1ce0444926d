import { cn } from '@palate/ui'
import { Check } from 'lucide-react'
import type { Outputs } from '../../lib/trpc'

/** Chips to exclude personas; all are included at first. */
export function PersonaPicker({
  personas,
  excluded,
  onChange,
}: {
  personas: readonly Outputs['persona']['list'][number][]
  excluded: ReadonlySet<string>
  onChange: (excluded: ReadonlySet<string>) => void
}) {
  const toggle = (id: string) => {
    const next = new Set(excluded)
    if (!next.delete(id)) next.add(id)
    onChange(next)
  }
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">Personas</legend>
      <div className="flex flex-wrap gap-1.5">
        {personas.map(({ id, body }) => {
          const on = !excluded.has(id)
          return (
            <button
              key={id}
              type="button"
              aria-pressed={on}
              onClick={() => toggle(id)}
              className={cn(
                'inline-flex h-7.5 items-center gap-1.5 rounded-full border px-3 text-sm font-medium transition-colors',
                on
                  ? 'border-accent/40 bg-accent-soft text-accent-ink'
                  : 'border-line-strong bg-card text-ink-3 hover:text-ink',
              )}
            >
              {on ? <Check className="size-3.5" aria-hidden /> : null}
              {body.name}
            </button>
          )
        })}
      </div>
    </fieldset>
  )
}
