import { cn } from '@palate/ui'
import { Check } from 'lucide-react'
import type { Outputs } from '../../lib/trpc'

type Persona = NonNullable<Outputs['chat']['info']>['personas'][number]

export function PersonaChoice({
  personas,
  value,
  onChange,
}: {
  personas: readonly Persona[]
  value: string
  onChange: (slug: string) => void
}) {
  const chosen = personas.find(({ slug }) => slug === value)
  return (
    <div className="flex flex-col gap-2">
      <span id="persona-choice" className="text-ink-3">
        Persona
      </span>
      <div role="radiogroup" aria-labelledby="persona-choice" className="flex flex-wrap gap-1.5">
        {personas.map(({ slug, name }) => (
          // biome-ignore lint/a11y/useSemanticElements: a chip as a radio button, with its own focus ring
          <button
            key={slug}
            type="button"
            role="radio"
            aria-checked={slug === value}
            onClick={() => onChange(slug)}
            className={cn(
              'inline-flex h-8 items-center gap-1.5 rounded-full px-3 text-sm font-medium transition-colors',
              slug === value ? 'bg-accent-soft text-accent-ink' : 'bg-sunk text-ink-2 hover:text-ink',
            )}
          >
            {name}
            {slug === value ? <Check className="size-3.5" aria-hidden /> : null}
          </button>
        ))}
      </div>
      {chosen ? (
        <p className="text-sm text-ink-3">
          {[
            chosen.cuisines.join(', '),
            chosen.diets.join(', '),
            chosen.forbidden.length > 0 ? `never ${chosen.forbidden.join(', ')}` : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      ) : null}
    </div>
  )
}
