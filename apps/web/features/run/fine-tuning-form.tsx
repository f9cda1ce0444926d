import { type ProofFault, SftConfig, trainerDefaults } from '@palate/protocol'
import { ErrorState, Field, Select, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Inputs, type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { FitPanel } from '../fit/fit-panel'
import { OverrideField } from '../proof/override-field'
import { sftFields, sftPresets } from './presets'
import { RunForm } from './run-form'
import { StartModelField } from './start-model-field'

type Readiness = Outputs['run']['readiness']

/** Teaches the model the recipes of a dataset, as answers. */
export function FineTuningForm({
  readiness,
  busy,
  onSubmit,
}: {
  readiness: { data: Readiness | undefined; error: { message: string } | null; refetch: () => unknown }
  busy: boolean
  onSubmit: (input: Inputs['run']['create']) => void
}) {
  const trpc = useTRPC()
  const may = useMay()
  const datasets = useQuery(trpc.dataset.list.queryOptions())
  const [datasetVersionId, setDataset] = useState<string>()
  const [baseModelVersionId, setModel] = useState<string>()
  const [allowed, setAllowed] = useState<ProofFault[]>([])
  const overrideProof = allowed.length > 0 ? allowed : undefined
  const ready = (datasets.data ?? []).flatMap(({ name, latest }) =>
    latest?.status === 'ready' ? [{ name, version: latest }] : [],
  )
  return (
    <Loaded query={readiness} skeleton={<Skeleton className="h-64" />}>
      {({ baseModel, adapters }) => (
        <RunForm
          schema={SftConfig}
          presets={sftPresets}
          fields={sftFields}
          defaults={trainerDefaults.sft}
          namePlaceholder="fine-tuning"
          action="Train on the recipes"
          busy={busy}
          disabled={!baseModel || ready.length === 0}
          onSubmit={({ config, ...order }) =>
            onSubmit({
              ...{ kind: 'sft', ...order, datasetVersionId, baseModelVersionId },
              config: { ...config, overrideProof },
            })
          }
          footer={(config) => (
            <>
              <FitPanel kind="sft" config={config} />
              {may('run:override') ? <OverrideField value={allowed} onChange={setAllowed} /> : null}
            </>
          )}
        >
          {baseModel ? null : (
            <ErrorState
              title="Not yet"
              message="There is no base model to train. Train the starter model first."
            />
          )}
          {datasets.isSuccess && ready.length === 0 ? (
            <p className="text-ink-2">
              There is no dataset to learn from.{' '}
              <Link href="/data" className="text-accent underline underline-offset-3">
                To the data
              </Link>
            </p>
          ) : null}
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Dataset" hint="Its training split; what it is measured on stays out">
              <Select
                value={datasetVersionId ?? ready[0]?.version.id ?? ''}
                onValueChange={setDataset}
                placeholder={datasets.isPending ? 'Loading…' : 'None yet'}
                options={ready.map(({ name, version }) => ({
                  value: version.id,
                  label: name,
                  hint: plural(version.profile?.splits.train ?? version.rowsKept ?? 0, 'recipe'),
                }))}
              />
            </Field>
            <StartModelField
              base={baseModel}
              adapters={adapters}
              value={baseModelVersionId}
              onChange={setModel}
              hint="An adapter is trained further"
            />
          </div>
        </RunForm>
      )}
    </Loaded>
  )
}
