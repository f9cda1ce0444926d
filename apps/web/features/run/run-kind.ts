const names: Record<string, string> = {
  pretrain: 'starter model',
  sft: 'fine-tuning',
  dpo: 'preference training',
  kto: 'training on thumbs',
  generate: 'answers',
  probe: 'measuring',
}

/** A run's kind as people say it. */
export const kindName = (kind: string) => names[kind] ?? kind
