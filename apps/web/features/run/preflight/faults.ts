import type { PreflightFault } from '@palate/protocol'

/** A fault of the preflight as people say it, and what it does to a model. */
export const faultTexts: Readonly<Record<PreflightFault, { name: string; why: string }>> = {
  no_trained_token: {
    name: 'nothing to learn from',
    why: 'The row is read, but no token of it is trained.',
  },
  doubled_bos: {
    name: 'begins twice',
    why: 'The token that begins a text stands there more than once, which no answer will repeat.',
  },
  no_end_token: {
    name: 'no end token',
    why: 'The model would learn an answer that never stops.',
  },
  cut_answers: {
    name: 'too long',
    why: 'It does not fit into the maximum length.',
  },
}

export const isFault = (name: string): name is PreflightFault => name in faultTexts

export const faultName = (name: string) => (isFault(name) ? faultTexts[name].name : name.replaceAll('_', ' '))
