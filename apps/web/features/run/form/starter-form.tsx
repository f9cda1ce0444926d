import type { Inputs } from '../../../lib/trpc'
import { EstimatePanel } from '../estimate/estimate-panel'
import { pretrainPresets } from './presets'
import { type Clone, RunForm } from './run-form'

export function StarterForm({
  clone,
  busy,
  onSubmit,
}: {
  clone?: Clone | undefined
  busy: boolean
  onSubmit: (input: Inputs['run']['create']) => void
}) {
  return (
    <RunForm
      kind="pretrain"
      clone={clone}
      presets={pretrainPresets}
      namePlaceholder="starter"
      action="Train the starter model"
      busy={busy}
      footer={(config) => <EstimatePanel kind="pretrain" config={config} />}
      onSubmit={(draft) => onSubmit({ kind: 'pretrain', ...draft })}
    >
      <p className="text-ink-2">
        A small Llama with its own tokenizer, trained from scratch on recipes that Palate generates. It needs
        no download and no GPU.
      </p>
    </RunForm>
  )
}
