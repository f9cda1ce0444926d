const names: Record<string, string> = {
  pretrain: 'starter model',
  sft: 'fine-tuning',
  dpo: 'preference training',
  generate: 'answers',
}

/** A run's kind as people say it. */
export const kindName = (kind: string) => names[kind] ?? kind
