import { cn, Select } from '@palate/ui'
import type { Preset } from './presets'

/** The usual presets as cards, the others in a list below. */
export function PresetChoice({
  presets,
  chosen,
  onChoose,
}: {
  presets: readonly Preset[]
  chosen: string | undefined
  onChoose: (preset: Preset) => void
}) {
  const more = presets.filter(({ card }) => !card)
  const listed = more.find(({ id }) => id === chosen)
  return (
    <div className="flex flex-col gap-2">
      <div role="radiogroup" aria-label="Preset" className="grid gap-2 sm:grid-cols-3">
        {presets
          .filter(({ card }) => card)
          .map((preset) => (
            // biome-ignore lint/a11y/useSemanticElements: a card as a radio button, with its own focus ring
            <button
              key={preset.id}
              type="button"
              role="radio"
              aria-checked={chosen === preset.id}
              onClick={() => onChoose(preset)}
              className={cn(
                'flex flex-col rounded-md border px-3 py-2 text-left transition-colors',
                chosen === preset.id ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-sunk',
              )}
            >
              <b className="text-sm font-semibold">{preset.name}</b>
              <span className="text-xs text-ink-2">{preset.detail}</span>
            </button>
          ))}
      </div>
      {more.length > 0 ? (
        <Select
          aria-label="More presets"
          placeholder="More presets…"
          value={listed?.id ?? ''}
          onValueChange={(id) => {
            const preset = more.find((one) => one.id === id)
            if (preset) onChoose(preset)
          }}
          options={more.map(({ id, name, detail }) => ({ value: id, label: name, hint: detail }))}
          className={listed ? 'border-accent bg-accent-soft' : undefined}
        />
      ) : null}
    </div>
  )
}
