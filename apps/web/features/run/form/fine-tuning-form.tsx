import { Field, Select } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { plural } from '../../../lib/format'
import { type Inputs, useTRPC } from '../../../lib/trpc'
import { sftPresets } from './presets'
import { TuningForm, type TuningProps } from './tuning-form'

/** Trains the model on the recipes of a dataset, as answers. */
export function FineTuningForm({ onSubmit, clone, ...props }: TuningProps<Inputs['run']['create']>) {
  const trpc = useTRPC()
  const datasets = useQuery(trpc.dataset.list.queryOptions())
  const [datasetVersionId, setDataset] = useState(clone?.datasetVersion?.id)
  const ready = (datasets.data ?? []).flatMap(({ name, latest }) =>
    latest?.status === 'ready' ? [{ name, version: latest }] : [],
  )
  const cloned = clone?.datasetVersion
  const older = cloned && ready.every(({ version }) => version.id !== cloned.id) ? [cloned] : []
  const none = datasets.isSuccess && ready.length === 0
  return (
    <TuningForm
      kind="sft"
      clone={clone}
      presets={sftPresets}
      namePlaceholder="fine-tuning"
      action="Train on the recipes"
      startHint="A base, or an adapter that is trained further"
      missing={() =>
        none
          ? { message: 'There is no dataset. Import one first.', href: '/datasets', action: 'Open datasets' }
          : null
      }
      extra={
        <Field label="Dataset" hint="Its training split; validation and test rows are left out">
          <Select
            value={datasetVersionId ?? ready[0]?.version.id ?? ''}
            onValueChange={setDataset}
            placeholder={datasets.isPending ? 'Loading…' : 'None yet'}
            options={[
              ...ready.map(({ name, version }) => ({
                value: version.id,
                label: name,
                hint: plural(version.profile?.splits.train ?? version.rowsKept ?? 0, 'recipe'),
              })),
              ...older.map(({ id, name }) => ({ value: id, label: name, hint: 'as in the run before' })),
            ]}
          />
        </Field>
      }
      onSubmit={(draft) => onSubmit({ kind: 'sft', ...draft, datasetVersionId })}
      {...props}
    />
  )
}
