'use client'

import { type EstimateKind, type TrainConfig, trainSchemas } from '@palate/protocol'
import { Button, Field, Input } from '@palate/ui'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import type { Outputs } from '../../../lib/trpc'
import { dropErrors, findErrors, readTexts, type Texts, textsOf } from './form-settings'
import { PresetChoice } from './preset-choice'
import type { Preset } from './presets'
import { SettingSections } from './setting-sections'
import { anywhere, type Placement, WhereFields } from './where-fields'

export type RunDraft<Config> = {
  name: string | undefined
  seed: number | undefined
  config: Config
} & Placement

/** What a run is cloned from. */
export type Clone = Outputs['run']['clone']

const nothing = {}

/** Preset, settings, name and placement of a run. An empty setting has its default, the one that suits the model. */
export function RunForm<Kind extends EstimateKind>({
  kind,
  presets,
  suited = nothing,
  clone,
  own = {},
  namePlaceholder,
  action,
  busy,
  disabled,
  children,
  footer,
  onSubmit,
}: {
  kind: Kind
  presets: readonly Preset[]
  /** The defaults of the model that is trained, where they differ from those of the table. */
  suited?: Readonly<Record<string, unknown>>
  /** The run whose settings it begins with, instead of those of the first preset. */
  clone?: Clone | undefined
  /** Settings that have controls of their own outside the sections. */
  own?: Readonly<Record<string, unknown>>
  namePlaceholder: string
  action: string
  busy: boolean
  disabled?: boolean
  children?: ReactNode
  /** Shown between the settings and the button: the resource estimate. */
  footer?: (config: Readonly<Record<string, unknown>>) => ReactNode
  onSubmit: (draft: RunDraft<TrainConfig<Kind>>) => void
}) {
  const [chosen, setChosen] = useState(() =>
    clone
      ? presets.find(({ config }) => isSame({ ...suited, ...config }, { ...suited, ...clone.config }))?.id
      : presets[0]?.id,
  )
  const [typed, setTyped] = useState<Texts | null>(() => (clone ? textsOf(clone.config) : null))
  // Until something is typed: the preset's.
  const texts = typed ?? textsOf(presets.find(({ id }) => id === chosen)?.config ?? {})
  const [where, setWhere] = useState<Placement>(clone ?? anywhere)
  const [name, setName] = useState(clone?.name ?? '')
  const [seed, setSeed] = useState(clone ? String(clone.seed) : '')
  const [attempted, setAttempted] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const config = { ...suited, ...readTexts(kind, texts), ...own }
  const errors = findErrors(kind, config)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setAttempted(true)
    const parsed = trainSchemas[kind].safeParse(config)
    if (!parsed.success) return focusFirst(form.current, errors)
    onSubmit({
      name: name.trim() || undefined,
      seed: seed === '' ? undefined : Number(seed),
      config: parsed.data as TrainConfig<Kind>,
      ...{ priority: where.priority, labels: where.labels, gpus: where.gpus },
    })
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
      {children}
      <PresetChoice
        presets={presets}
        chosen={chosen}
        onChoose={({ id }) => {
          setChosen(id)
          setTyped(null)
        }}
      />
      <SettingSections
        kind={kind}
        suited={suited}
        texts={texts}
        errors={attempted ? errors : new Map()}
        onChange={setTyped}
      />
      <div className="grid grid-cols-1 gap-x-4 gap-y-3 sm:grid-cols-2">
        <Field label="Name" hint="Leave empty for an automatic name">
          <Input
            placeholder={namePlaceholder}
            maxLength={80}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </Field>
        <Field
          label="Seed"
          hint={
            clone
              ? 'That of the run before. Empty: another one is drawn'
              : 'The same seed gives the same run. Empty: one is drawn'
          }
        >
          <Input
            type="number"
            min={0}
            placeholder="random"
            value={seed}
            onChange={({ target }) => setSeed(target.value)}
          />
        </Field>
      </div>
      <WhereFields value={where} onChange={setWhere} />
      {footer?.(dropErrors(config, errors))}
      {attempted && errors.size > 0 ? (
        <p role="alert" className="text-sm text-bad">
          {errors.size === 1 ? 'One setting is' : `${errors.size} settings are`} invalid. Correct it above, or
          reset it to its default.
        </p>
      ) : null}
      <Button type="submit" look="primary" size="lg" busy={busy} disabled={disabled} className="self-end">
        {action}
      </Button>
    </form>
  )
}

/** Whether a cloned run has the settings of a preset. */
function isSame(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const [a, b] = [one, other].map((config) => JSON.stringify(Object.entries(textsOf(config)).sort()))
  return a === b
}

/** Runs after the groups with errors have opened. */
function focusFirst(form: HTMLFormElement | null, errors: ReadonlyMap<string, string>) {
  requestAnimationFrame(() => {
    const [first] = [...(form?.querySelectorAll<HTMLElement>('[data-setting]') ?? [])].filter((element) =>
      errors.has(element.dataset.setting ?? ''),
    )
    first?.querySelector<HTMLElement>('input, button, [role="combobox"]')?.focus()
  })
}
