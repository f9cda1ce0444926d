import { type PreflightFault, preflightFaults } from '@palate/protocol'
import { faultTexts } from './faults'

/** Lets an engineer start a run although its data has a fault; each fault is allowed by name. */
export function OverrideField({
  value,
  onChange,
}: {
  value: readonly PreflightFault[]
  onChange: (value: PreflightFault[]) => void
}) {
  return (
    <details className="group rounded-md border border-line px-3.5 py-2.5">
      <summary className="cursor-pointer text-sm font-medium">
        Preflight
        <span className="ml-2 font-normal text-ink-3">
          {value.length === 0 ? 'all checks must pass' : `${value.length} allowed to fail`}
        </span>
      </summary>
      <fieldset className="mt-3 flex flex-col gap-2.5">
        <legend className="mb-1 text-xs text-ink-3">
          A fault stops the run before training starts. The faults that you allow are recorded with your name.
        </legend>
        {preflightFaults.map((fault) => (
          <label key={fault} className="flex items-start gap-2.5 text-sm">
            <input
              type="checkbox"
              className="mt-1 size-4 accent-(--accent)"
              checked={value.includes(fault)}
              onChange={({ target }) =>
                onChange(target.checked ? [...value, fault] : value.filter((other) => other !== fault))
              }
            />
            <span className="flex flex-col">
              <span>Allow: {faultTexts[fault].name}</span>
              <span className="text-xs text-ink-3">{faultTexts[fault].why}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </details>
  )
}
