'use client'

import { Button, Field, Input } from '@palate/ui'
import { type ReactNode, useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import type { z } from 'zod'
import { PresetChoice } from './preset-choice'
import { mergeConfig, type NumberField, type Preset } from './presets'
import { anywhere, type Whereabouts, WhereFields } from './where-fields'

export type RunDraft<Config> = {
  name: string | undefined
  seed: number | undefined
  config: Config
} & Whereabouts

/** Name, preset and figures of a run. An empty figure is left to the trainer. */
export function RunForm<Config>({
  schema,
  presets,
  fields,
  defaults,
  namePlaceholder,
  action,
  busy,
  disabled,
  children,
  footer,
  onSubmit,
}: {
  schema: z.ZodType<Config>
  presets: readonly Preset[]
  fields: readonly NumberField[]
  /** What the trainer takes for an empty field. */
  defaults: Readonly<Record<string, unknown>>
  namePlaceholder: string
  action: string
  busy: boolean
  disabled?: boolean
  children?: ReactNode
  /** Between the figures and the button: what the settings as they stand would mean. */
  footer?: (config: Readonly<Record<string, unknown>>) => ReactNode
  onSubmit: (order: RunDraft<Config>) => void
}) {
  const figuresOf = (preset: Preset | undefined) =>
    Object.fromEntries(
      fields.map(({ name }) => [name, preset?.config[name] === undefined ? '' : String(preset.config[name])]),
    )
  const [chosen, setChosen] = useState(presets[0])
  const [where, setWhere] = useState(anywhere)
  const form = useForm<{ name: string; seed: string; figures: Record<string, string> }>({
    defaultValues: { name: '', seed: '', figures: figuresOf(presets[0]) },
  })
  const current = useWatch({ control: form.control, name: 'figures' })

  const submit = form.handleSubmit(({ name, seed, figures }) => {
    const parsed = schema.safeParse(mergeConfig(chosen, fields, figures))
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        form.setError(`figures.${String(path[0])}`, { message })
      return
    }
    onSubmit({
      name: name.trim() || undefined,
      seed: seed === '' ? undefined : Number(seed),
      config: parsed.data,
      ...where,
    })
  })

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      <PresetChoice
        presets={presets}
        chosen={chosen?.id}
        onChoose={(preset) => {
          setChosen(preset)
          form.setValue('figures', figuresOf(preset))
        }}
      />
      <div className="grid grid-cols-2 gap-x-4 gap-y-3">
        {fields.map(({ name, label, hint, step }) => (
          <Field key={name} label={label} hint={hint} error={form.formState.errors.figures?.[name]?.message}>
            <Input
              type="number"
              step={step ?? '1'}
              placeholder={showDefault(defaults[name])}
              {...form.register(`figures.${name}`)}
            />
          </Field>
        ))}
        <Field label="Name" hint="Chosen for you when empty">
          <Input placeholder={namePlaceholder} {...form.register('name')} />
        </Field>
        <Field label="Seed" hint="The same seed, the same run">
          <Input type="number" min={0} placeholder="drawn" {...form.register('seed')} />
        </Field>
      </div>
      <WhereFields value={where} onChange={setWhere} />
      {footer?.(mergeConfig(chosen, fields, current))}
      <Button type="submit" look="primary" size="lg" busy={busy} disabled={disabled} className="self-end">
        {action}
      </Button>
    </form>
  )
}

const showDefault = (value: unknown) => (value === undefined ? 'default' : `${value} by default`)
