import { DpoConfig, type ProofFault, trainerDefaults } from '@palate/protocol'
import { ErrorState, Skeleton } from '@palate/ui'
import Link from 'next/link'
import { useState } from 'react'
import { formatCount } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import type { Inputs, Outputs } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { FitPanel } from '../fit/fit-panel'
import { OverrideField } from '../proof/override-field'
import { dpoFields, dpoPresets } from './presets'
import { RunForm } from './run-form'
import { StartModelField } from './start-model-field'

type Readiness = Outputs['run']['readiness']

export function PreferenceForm({
  readiness,
  busy,
  onSubmit,
}: {
  readiness: { data: Readiness | undefined; error: { message: string } | null; refetch: () => unknown }
  busy: boolean
  onSubmit: (input: Inputs['run']['create']) => void
}) {
  const may = useMay()
  const [baseModelVersionId, setModel] = useState<string>()
  const [allowed, setAllowed] = useState<ProofFault[]>([])
  const overrideProof = allowed.length > 0 ? allowed : undefined
  return (
    <Loaded query={readiness} skeleton={<Skeleton className="h-64" />}>
      {({ pairs, baseModel, adapters }) => {
        const reason = missing(pairs.decided, baseModel !== null)
        return (
          <RunForm
            schema={DpoConfig}
            presets={dpoPresets}
            fields={dpoFields}
            defaults={trainerDefaults.dpo}
            namePlaceholder="taste"
            action="Train on the votes"
            busy={busy}
            disabled={reason !== null}
            onSubmit={({ config, ...order }) =>
              onSubmit({ kind: 'dpo', ...order, baseModelVersionId, config: { ...config, overrideProof } })
            }
            footer={(config) => (
              <>
                <FitPanel kind="dpo" config={config} />
                {may('run:override') ? <OverrideField value={allowed} onChange={setAllowed} /> : null}
              </>
            )}
          >
            {reason ? (
              <ErrorState title="Not yet" message={reason.message} />
            ) : (
              <p className="text-ink-2">
                Learns from <b className="text-ink">{formatCount(pairs.decided)} decided pairs</b> (
                {formatCount(pairs.person)} by people, {formatCount(pairs.rule)} by the rules;{' '}
                {formatCount(pairs.ties)} without a winner are left out), on{' '}
                {baseModel ? `${baseModel.name} v${baseModel.number}` : 'the base model'}.
              </p>
            )}
            {reason ? (
              <Link href={reason.href} className="text-accent underline underline-offset-3">
                {reason.action}
              </Link>
            ) : null}
            {adapters.length > 0 ? (
              <StartModelField
                base={baseModel}
                adapters={adapters}
                value={baseModelVersionId}
                onChange={setModel}
                hint="It is also the reference: the bare base, or that adapter, frozen"
              />
            ) : null}
          </RunForm>
        )
      }}
    </Loaded>
  )
}

function missing(decided: number, hasBase: boolean) {
  if (!hasBase) {
    return {
      message: 'There is no base model to train. Train the starter model first.',
      href: '/training',
      action: 'To the runs',
    }
  }
  if (decided === 0) {
    return {
      message: 'No pair has a winner yet, so there is nothing to learn from.',
      href: '/labels',
      action: 'To the labels',
    }
  }
  return null
}
