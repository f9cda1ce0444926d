'use client'

import { Combobox, type ComboboxOption } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { formatBytes, formatDate, formatParameters } from '../../lib/format'
import { type Inputs, useTRPC } from '../../lib/trpc'
import { kindName } from '../run/run-status'
import { describeChosen, groupByBase, type ModelChoice, nameModel } from './model-groups'

export type ModelUse = Inputs['model']['choices']['use']

/** The models that can be used for something, and the one that is taken without a choice. */
export function useModelChoices(use: ModelUse, { enabled = true }: { enabled?: boolean } = {}) {
  const trpc = useTRPC()
  return useQuery(trpc.model.choices.queryOptions({ use }, { enabled }))
}

/**
 * The control of every form that takes a model: all models of the registry with a search, adapters under their base, and
 * the reason where one cannot be used. Without a choice it shows the default.
 */
export function ModelPicker({
  use,
  value,
  onValueChange,
  multiple,
  also = [],
  ...field
}: {
  use: ModelUse
  /** Empty for the default. */
  value: readonly string[]
  onValueChange: (value: string[]) => void
  multiple?: boolean
  /** Other sources than the registry. */
  also?: readonly ComboboxOption[]
  /** From the field around it. */
  id?: string
  'aria-invalid'?: boolean
  'aria-describedby'?: string
}) {
  const choices = useModelChoices(use)
  const { models = [], defaultId = null } = choices.data ?? {}
  const chosen = value.length > 0 || defaultId === null ? value : [defaultId]
  const groups = groupByBase(models).map((group) => group.map((model) => toOption(model, models, defaultId)))
  const shown = models.filter(({ id }) => chosen.includes(id))
  const other = also.find((option) => chosen.includes(option.value))
  return (
    <Combobox
      value={chosen}
      onValueChange={onValueChange}
      groups={also.length > 0 ? [...groups, also] : groups}
      multiple={multiple}
      searchLabel="Search models"
      empty={models.length === 0 ? 'There is no model yet. Add one on Models.' : 'No model has these words.'}
      {...field}
    >
      {other?.label ?? describeChosen(shown) ?? (
        <span className="text-ink-3">{choices.isPending ? 'Loading…' : 'Choose a model'}</span>
      )}
    </Combobox>
  )
}

function toOption(
  model: ModelChoice,
  models: readonly ModelChoice[],
  defaultId: string | null,
): ComboboxOption {
  const base = models.find(({ id }) => id === model.baseId)
  const { parameters, sizeBytes, quantization, license, createdAt, deployments } = model
  const notes = [
    model.kind === 'base' ? 'base' : `tuned, ${kindName(model.madeBy)}`,
    parameters ? `${formatParameters(parameters)} parameters` : '',
    [formatBytes(sizeBytes), quantization].filter(Boolean).join(' '),
    license ?? '',
    formatDate(createdAt),
    deployments.length > 0 ? `deployed as ${deployments.join(', ')}` : '',
  ].filter(Boolean)
  return {
    value: model.id,
    label: (
      <>
        {nameModel(model)}
        {model.id === defaultId ? <span className="ml-2 text-xs text-accent">default</span> : null}
      </>
    ),
    note: notes.join(' · '),
    reason: model.reason,
    words: [nameModel(model), base ? nameModel(base) : '', ...notes].join(' '),
    isChild: base !== undefined,
  }
}
