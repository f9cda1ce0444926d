import { Slider } from '@palate/ui'
import type { Sampling } from './turns'

const controls = [
  {
    key: 'temperature',
    label: 'Temperature',
    hint: 'higher is more varied',
    min: 0,
    max: 1.5,
    step: 0.05,
    digits: 2,
  },
  { key: 'topP', label: 'Top-p', hint: 'share of likely tokens', min: 0.1, max: 1, step: 0.05, digits: 2 },
  { key: 'maxTokens', label: 'Maximum length', hint: 'tokens', min: 64, max: 512, step: 16, digits: 0 },
] as const

export function SamplingPanel({ value, onChange }: { value: Sampling; onChange: (value: Sampling) => void }) {
  return (
    <div className="grid gap-4 border-t border-line pt-3 sm:grid-cols-3">
      {controls.map(({ key, label, hint, digits, ...range }) => (
        <div key={key} className="flex flex-col gap-1">
          <span className="flex items-baseline justify-between gap-2 text-sm">
            <span>
              {label} <span className="text-xs text-ink-3">{hint}</span>
            </span>
            <span className="num font-medium">{value[key].toFixed(digits)}</span>
          </span>
          <Slider
            {...range}
            label={label}
            value={value[key]}
            onValueChange={(next) => onChange({ ...value, [key]: next })}
          />
        </div>
      ))}
    </div>
  )
}
