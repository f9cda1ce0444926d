import type { PreflightFault } from '@palate/protocol'

/** Each fault of the preflight: its name and its effect on the model. */
export const faultTexts: Readonly<Record<PreflightFault, { name: string; why: string }>> = {
  no_trained_token: {
    name: 'no trained token',
    why: 'The row has no token that is trained, so the model learns nothing from it.',
  },
  doubled_bos: {
    name: 'doubled BOS token',
    why: 'The token that begins a text appears more than once. Prompts at inference have it once.',
  },
  no_end_token: {
    name: 'no end token',
    why: 'The model would learn answers that never stop.',
  },
  cut_answers: {
    name: 'answer too long',
    why: 'The answer does not fit into the maximum length, so the row is left out. Above 1% of such answers, the run stops.',
  },
}

export const isFault = (name: string): name is PreflightFault => name in faultTexts

export const faultName = (name: string) => (isFault(name) ? faultTexts[name].name : name.replaceAll('_', ' '))
