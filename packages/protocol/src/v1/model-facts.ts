import { z } from 'zod'
import { ShortText, Text } from './text'

/** The types of weights that an import can serve; `original` is what was published. */
export const quantizations = ['original', 'F16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M'] as const

/** The chat template that an import gives to a model: its own, or one of those of `model/chosen_template.py`. */
export const chatTemplates = ['own', 'markers', 'chatml', 'gemma'] as const
export type ChatTemplate = (typeof chatTemplates)[number]

const Count = z.int().nonnegative()

/** Where a conversation of the parity gate came out differently. */
export const ParityDifference = z.object({
  /** From 1. */
  conversation: z.int().positive(),
  /** The ids of the prompt, or the tokens of the answer. */
  of: z.enum(['prompt', 'answer']),
  /** Whether it counts: a tie is a place where the trainer's two best tokens are closer than the arithmetic is exact. */
  tie: z.boolean(),
  /** From 0, in tokens. */
  position: Count,
  trainer: Text(200),
  server: Text(200),
  /** By how many nats the trainer prefers its own token; null for a prompt. */
  nats: z.number().nullable(),
})
export type ParityDifference = z.infer<typeof ParityDifference>

/** What the parity gate measured: whether trainer and server read and write the same tokens. */
export const ParityGate = z.object({
  conversations: z.int().positive(),
  /** Conversations whose prompts have equal ids. */
  equalPrompts: Count,
  /** Conversations whose greedy answers are equal, and those that are equal but for ties. */
  equalAnswers: Count,
  tiedAnswers: Count,
  answerTokens: Count,
  differences: z.array(ParityDifference).max(100),
})
export type ParityGate = z.infer<typeof ParityGate>

/** Conversations that differ, and so keep the model from being served. */
export function countFailed({ conversations, equalPrompts, equalAnswers, tiedAnswers }: ParityGate): number {
  return Math.max(conversations - equalPrompts, conversations - equalAnswers - tiedAnswers)
}

/** What an import found out about a model. */
export const ModelFacts = z.object({
  /** Where it came from, in one line. */
  source: Text(600),
  license: ShortText.nullable(),
  architecture: ShortText,
  parameters: Count,
  layers: Count.nullable(),
  hiddenSize: Count.nullable(),
  contextTokens: Count,
  vocabulary: Count,
  /** Of the GGUF that serves it: `Q4_1`. */
  quantization: ShortText,
  /** Tensors that got another type because the asked one does not fit their width. */
  fallbackTensors: Count,
  template: Text(100_000).nullable(),
  /** Which template that is: one that an import may choose, else `own`. */
  chatTemplate: z.enum(chatTemplates),
  templateSha256: ShortText.nullable(),
  /** Whether the template takes a system message. */
  systemRole: z.boolean(),
  endToken: ShortText.nullable(),
  gate: ParityGate.nullable(),
  /** Why it cannot be served, in a sentence; null for a servable model. */
  notServable: Text(1000).nullable(),
  /** Why it cannot be trained on, in a sentence; nothing for a model with files for transformers. */
  notTrainable: Text(1000).nullable().optional(),
})
export type ModelFacts = z.infer<typeof ModelFacts>
