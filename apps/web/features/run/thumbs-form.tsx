import { plural } from '../../lib/format'
import type { Inputs } from '../../lib/trpc'
import { ktoPresets } from './presets'
import { type Missing, type Readiness, TuningForm, type TuningProps } from './tuning-form'

/** Learns from single answers that visitors of the public chat liked or did not. */
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
          {thumbs.unfinished > 0 ? `; left out: ${thumbs.unfinished} on unfinished answers` : ''}).
        </p>
      )}
      onSubmit={(draft) => onSubmit({ kind: 'kto', ...draft })}
      {...props}
    />
  )
}

function missingThumbs({ up, down }: Readiness['thumbs']): Missing | null {
  const to = { href: '/models', action: 'To the release and its feedback' }
  if (up + down === 0) return { message: 'No answer of the public chat has a thumb yet.', ...to }
  if (up > 0 && down > 0) return null
  return { message: `All thumbs point ${up > 0 ? 'up' : 'down'}. The training needs both.`, ...to }
}
