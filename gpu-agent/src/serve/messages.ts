import { ChatMessage, Sampling, ServeEnd } from '@palate/protocol'
import { z } from 'zod'

/** agent → worker. A worker process has one base model; each request names its adapter. */
export const ToWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), path: z.string() }),
  z.object({
    type: z.literal('generate'),
    id: z.string(),
    adapterPath: z.string().nullable(),
    messages: z.array(ChatMessage),
    sampling: Sampling,
    stop: z.array(z.string()),
  }),
  z.object({ type: z.literal('warm-up'), system: z.string(), adapterPath: z.string().nullable() }),
  z.object({ type: z.literal('cancel'), id: z.string() }),
])
export type ToWorker = z.infer<typeof ToWorker>

/** worker → agent. */
export const FromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  /** What the process holds now. */
  z.object({ type: z.literal('memory'), bytes: z.int().nonnegative() }),
  z.object({ type: z.literal('text'), id: z.string(), text: z.string() }),
  z.object({
    type: z.literal('end'),
    id: z.string(),
    finishReason: z.enum(['stop', 'length', 'canceled', 'error']),
    promptTokens: z.int(),
    completionTokens: z.int(),
    reusedTokens: z.int().optional(),
    error: z.string().nullable(),
    errorCode: ServeEnd.shape.errorCode,
  }),
])
export type FromWorker = z.infer<typeof FromWorker>
