import { Field, Select } from '@palate/ui'
import { useState } from 'react'
import { formatCount, plural } from '../../../lib/format'
import type { Inputs } from '../../../lib/trpc'
import { dpoPresets } from './presets'
import type { Clone } from './run-form'
import { TuningForm, type TuningProps } from './tuning-form'

/** Preference training (DPO): learns from pairs in which one answer won. */
export function PreferenceForm({ onSubmit, clone, ...props }: TuningProps<Inputs['run']['create']>) {
  const [limited, setLimited] = useState(Boolean(clone?.batchIds))
  const data = limited ? { batchIds: clone?.batchIds ?? undefined, sources: clone?.sources ?? undefined } : {}
  return (
    <TuningForm
      kind="dpo"
      clone={clone}
      presets={dpoPresets}
      namePlaceholder="preference"
      action="Train on the votes"
      startHint="A base, or an adapter that is trained further; also the reference of the training"
      missing={({ pairs }) =>
        pairs.decided > 0
          ? null
          : {
              message: 'No pair has a winner yet. Label pairs first.',
              href: '/labels',
              action: 'Open labels',
            }
      }
      about={({ pairs }) => (
        <p className="text-ink-2">
          Learns from <b className="text-ink">{formatCount(pairs.decided)} pairs with a winner</b> (
          {formatCount(pairs.person)} by people, {formatCount(pairs.rule)} by rules; {formatCount(pairs.ties)}{' '}
          ties are left out).
        </p>
      )}
      extra={
        clone?.batchIds ? (
          <Field label="Pairs" hint="Votes since then count too">
            <Select
              value={limited ? 'same' : 'all'}
              onValueChange={(value) => setLimited(value === 'same')}
              options={[
                { value: 'same', label: `Those of run ${clone.from.number}`, hint: describePairs(clone) },
                { value: 'all', label: 'All batches' },
              ]}
            />
          </Field>
        ) : null
      }
      onSubmit={(draft) => onSubmit({ kind: 'dpo', ...draft, ...data })}
      {...props}
    />
  )
}

function describePairs({ batchIds, sources }: Clone): string {
  const batches = plural(batchIds?.length ?? 0, 'batch', 'batches')
  return sources ? `${batches}, votes by ${sources.join(' and ')}` : batches
}
