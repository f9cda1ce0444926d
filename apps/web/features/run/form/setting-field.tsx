import { cn, Field, Input, Select } from '@palate/ui'
import { useId } from 'react'
import { describeDefault, type FormSetting, isChanged, readValue } from './form-settings'

interface FieldProps {
  setting: FormSetting
  text: string
  error?: string | undefined
  onChange: (text: string) => void
}

/** One setting: label, control with the default as placeholder, hint or error, and a reset button. */
export function SettingField({ setting, text, error, onChange }: FieldProps) {
  const changed = isChanged(setting, text)
  return (
    <div className="relative min-w-0" data-setting={setting.name}>
      {setting.type === 'list' && setting.items?.type === 'choice' ? (
        <ChoiceList setting={setting} text={text} error={error} onChange={onChange} />
      ) : (
        <Field label={<Label setting={setting} changed={changed} />} hint={setting.hint} error={error}>
          {control({ setting, text, onChange })}
        </Field>
      )}
      {text === '' ? null : (
        <button
          type="button"
          onClick={() => onChange('')}
          aria-label={`Reset ${setting.label} to its default`}
          className="absolute top-0 right-0 rounded-sm px-1 text-xs text-accent-ink underline-offset-3 hover:underline focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none"
        >
          Reset
        </button>
      )}
    </div>
  )
}

function Label({ setting: { label, unit }, changed }: { setting: FormSetting; changed: boolean }) {
  return (
    <span className="block pr-12">
      {label}
      {unit ? <span className="font-normal text-ink-3"> ({unit})</span> : null}
      {changed ? (
        <>
          <span aria-hidden className="ml-1.5 inline-block size-1.5 rounded-full bg-accent align-middle" />
          <span className="sr-only"> (changed)</span>
        </>
      ) : null}
    </span>
  )
}

function control({ setting, text, onChange }: Omit<FieldProps, 'error'>) {
  const placeholder = describeDefault(setting)
  if (setting.type === 'boolean')
    return (
      <Select
        value={text}
        onValueChange={onChange}
        placeholder={placeholder}
        options={[
          { value: 'true', label: 'on' },
          { value: 'false', label: 'off' },
        ]}
      />
    )
  if (setting.type === 'choice')
    return (
      <Select
        value={text}
        onValueChange={onChange}
        placeholder={placeholder}
        options={(setting.options ?? []).map((value) => ({ value, label: value }))}
      />
    )
  const isFigure = setting.type === 'int' || setting.type === 'number'
  return (
    <Input
      value={text}
      inputMode={isFigure ? (setting.type === 'int' ? 'numeric' : 'decimal') : undefined}
      placeholder={placeholder}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      onChange={({ target }) => onChange(target.value)}
    />
  )
}

/** A choice of several options, each as a toggle button. */
function ChoiceList({ setting, text, error, onChange }: FieldProps) {
  const id = useId()
  const options = setting.items?.type === 'choice' ? setting.items.options : []
  const value = readValue(setting, text)
  const standard = Array.isArray(setting.default) ? setting.default : []
  const chosen: unknown[] = Array.isArray(value) ? value : standard
  const toggle = (name: string) =>
    onChange(
      options.filter((one) => (one === name ? !chosen.includes(one) : chosen.includes(one))).join(', '),
    )
  return (
    <fieldset aria-describedby={id} className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">
        <Label setting={setting} changed={isChanged(setting, text)} />
      </legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={chosen.includes(name)}
            onClick={() => toggle(name)}
            className={cn(
              'rounded-full border px-2.5 py-1 text-sm transition-colors focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none',
              chosen.includes(name)
                ? 'border-accent bg-accent-soft text-accent-ink'
                : 'border-line-strong text-ink-2 hover:bg-sunk',
            )}
          >
            {name}
          </button>
        ))}
      </div>
      <p id={id} className={cn('text-xs', error ? 'text-bad' : 'text-ink-3')}>
        {error ?? setting.hint}
      </p>
    </fieldset>
  )
}
