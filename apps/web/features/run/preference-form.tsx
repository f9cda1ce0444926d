import { formatCount } from '../../lib/format'
import type { Inputs } from '../../lib/trpc'
import { dpoPresets } from './presets'
import { TuningForm, type TuningProps } from './tuning-form'

/** Learns from pairs of answers of which one is better. */
export function PreferenceForm({ onSubmit, ...props }: TuningProps<Inputs['run']['create']>) {
  return (
    <TuningForm
      kind="dpo"
      presets={dpoPresets}
      namePlaceholder="taste"
      action="Train on the votes"
      startHint="Also the reference of the training"
      missing={({ pairs }) =>
        pairs.decided > 0
          ? null
          : {
              message: 'No pair has a winner yet, so there is nothing to learn from.',
              href: '/labels',
              action: 'To the labels',
            }
      }
      about={({ pairs }) => (
        <p className="text-ink-2">
          Learns from <b className="text-ink">{formatCount(pairs.decided)} decided pairs</b> (
          {formatCount(pairs.person)} by people, {formatCount(pairs.rule)} by the rules;{' '}
          {formatCount(pairs.ties)} without a winner are left out).
        </p>
      )}
      onSubmit={(draft) => onSubmit({ kind: 'dpo', ...draft })}
      {...props}
    />
  )
}
