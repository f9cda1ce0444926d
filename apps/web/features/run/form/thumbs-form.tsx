import { plural } from '../../../lib/format'
import type { Inputs } from '../../../lib/trpc'
import { ktoPresets } from './presets'
import { type Missing, type Readiness, TuningForm, type TuningProps } from './tuning-form'

/** Training on thumbs (KTO): learns from answers that visitors of the public chat rated. */
export function ThumbsForm({ onSubmit, ...props }: TuningProps<Inputs['run']['create']>) {
  return (
    <TuningForm
      kind="kto"
      presets={ktoPresets}
      namePlaceholder="thumbs"
      action="Train on the thumbs"
      startHint="Also the reference of the training"
      missing={({ thumbs }) => missingThumbs(thumbs)}
      about={({ thumbs }) => (
        <p className="text-ink-2">
          Learns from{' '}
          <b className="text-ink">{plural(thumbs.up + thumbs.down, 'rated answer')} of the public chat</b> (
          {thumbs.up} up, {thumbs.down} down
          {thumbs.unfinished > 0 ? `; left out: ${thumbs.unfinished} for unfinished answers` : ''}).
        </p>
      )}
      onSubmit={(draft) => onSubmit({ kind: 'kto', ...draft })}
      {...props}
    />
  )
}

function missingThumbs({ up, down }: Readiness['thumbs']): Missing | null {
  const to = { href: '/models', action: 'Open feedback' }
  if (up + down === 0)
    return {
      message: 'No answer of the public chat has a thumb yet. Rate some answers in the chat first.',
      ...to,
    }
  if (up > 0 && down > 0) return null
  return { message: `All thumbs point ${up > 0 ? 'up' : 'down'}. The training needs both.`, ...to }
}
