/** The kinds of run that the form creates. */
export const runKinds = ['pretrain', 'sft', 'dpo', 'kto'] as const
export type RunKind = (typeof runKinds)[number]
