import { formatCount } from '../../../lib/format'
import type { Inputs } from '../../../lib/trpc'
import { dpoPresets } from './presets'
import { TuningForm, type TuningProps } from './tuning-form'

/** Preference training (DPO): learns from pairs in which one answer won. */
export function PreferenceForm({ onSubmit, ...props }: TuningProps<Inputs['run']['create']>) {
  return (
    <TuningForm
      kind="dpo"
      presets={dpoPresets}
      namePlaceholder="preference"
      action="Train on the votes"
      startHint="Also the reference of the training"
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
      onSubmit={(draft) => onSubmit({ kind: 'dpo', ...draft })}
      {...props}
    />
  )
}
