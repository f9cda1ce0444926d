import { z } from 'zod'
import { type ChatMessage, maxMessageLength, maxMessages } from './serve'

/** A field that must be left out, null, or the one value that changes nothing; anything else is refused with a reason. */
const only = <Schema extends z.ZodType>(schema: Schema) => schema.nullish()
const none = (error: string) => z.null({ error }).optional()
const empty = (error: string) => z.array(z.unknown(), { error }).max(0, error).nullish()

const noTools = 'Palate has no tools and no functions; leave it out'
const noLogProbs = 'Palate gives no log probabilities; leave it out'
const noPenalty = 'Palate has no penalties and no bias of tokens; leave it out or send 0'
const noStore = 'Palate does not keep completions for later; leave it out'
const textOnly = 'must be a text, or parts of type "text"; Palate reads no images, sounds or files'

const text = z.string().max(maxMessageLength)
const Content = z
  .union([text, z.array(z.strictObject({ type: z.literal('text'), text })).min(1)], { error: textOnly })
  .transform((content) =>
    typeof content === 'string' ? content : content.map((part) => part.text).join('\n'),
  )
  .pipe(text)

const RequestMessage = z
  .strictObject({
    role: z.enum(['system', 'developer', 'user', 'assistant'], {
      error: 'must be "system", "developer", "user" or "assistant"; Palate has no tools',
    }),
    content: Content,
    name: none('Palate does not tell participants apart; write the name into the text'),
    // An answer of an earlier turn is sent back as it came.
    refusal: none('Palate reads no refusals; send them as content'),
    annotations: empty('Palate reads no annotations; leave them out'),
    audio: none(textOnly),
    tool_calls: empty(noTools),
    function_call: none(noTools),
  })
  .transform(({ role, content }): ChatMessage => ({ role: role === 'developer' ? 'system' : role, content }))

const stopText = z.string().min(1, 'A stop sequence has at least one character').max(200)
const count = z.int().min(1).nullish()

/** A persona's question: the hub builds the prompt and stores the answer as a turn. */
const PersonaQuestion = z.object({
  persona: z.string().min(1).max(80),
  inventory: z.array(z.string().trim().min(1).max(60)).min(1).max(12),
  request: z.string().trim().max(300).default(''),
  visitorId: z.string().min(8).max(64),
})

/** What the OpenAI API has and Palate does not: each takes only the values that ask for nothing. */
const refused = {
  n: only(z.literal(1, { error: 'Palate gives one choice; ask again for another' })),
  presence_penalty: only(z.literal(0, { error: noPenalty })),
  frequency_penalty: only(z.literal(0, { error: noPenalty })),
  logit_bias: only(z.strictObject({}, { error: noPenalty })),
  logprobs: only(z.literal(false, { error: noLogProbs })),
  top_logprobs: only(z.literal(0, { error: noLogProbs })),
  tools: empty(noTools),
  tool_choice: only(z.literal('none', { error: noTools })),
  parallel_tool_calls: only(z.boolean({ error: noTools })),
  functions: empty(noTools),
  function_call: only(z.literal('none', { error: noTools })),
  response_format: only(
    z.strictObject(
      { type: z.literal('text', { error: 'Palate answers in text only; ask for JSON in the message' }) },
      { error: 'Palate answers in text only; ask for JSON in the message' },
    ),
  ),
  modalities: only(z.tuple([z.literal('text')], { error: 'Palate answers in text only' })),
  audio: none('Palate answers in text only'),
  prediction: none('Palate takes no predicted output; leave it out'),
  web_search_options: none('Palate does not search the web; leave it out'),
  reasoning_effort: only(z.literal('none', { error: 'These models do not reason first; leave it out' })),
  verbosity: only(z.literal('medium', { error: 'Palate has no verbosity; ask for it in the message' })),
  service_tier: only(z.enum(['auto', 'default'], { error: 'Palate has one tier; leave it out' })),
  store: only(z.literal(false, { error: noStore })),
  metadata: only(z.strictObject({}, { error: noStore })),
}

/** POST /v1/chat/completions: the request of the OpenAI API, and `palate` for a persona's question. */
export const ChatCompletionRequest = z
  .strictObject({
    model: z.string().min(1).max(120),
    messages: z
      .array(RequestMessage)
      .min(1)
      .max(maxMessages)
      .optional()
      .describe(
        'A message of role `system` or `developer` needs an API key of the workspace of the deployment: without one, the deployment keeps its own system prompts.',
      ),
    stream: z.boolean().nullish().describe('Default: false.'),
    stream_options: z
      .strictObject({
        include_usage: z.boolean().nullish().describe('The tokens used, in a chunk before `[DONE]`.'),
        include_obfuscation: only(z.literal(false, { error: 'Palate does not pad its chunks' })),
      })
      .nullish(),
    temperature: z.number().min(0).max(2).nullish().describe('Default: 1; with `palate`, 0.7.'),
    top_p: z.number().min(0).max(1).nullish().describe('Default: 1; with `palate`, 0.95.'),
    top_k: z
      .int()
      .min(0)
      .max(1000)
      .nullish()
      .describe(
        'Only the so many likeliest tokens are drawn from; 0 and the default: from all. Not in the OpenAI API; other servers call it so too.',
      ),
    max_completion_tokens: count.describe(
      'Default: what the model has room for; with `palate`, 320. Never more than 4096.',
    ),
    max_tokens: count.describe('The older name of `max_completion_tokens`.'),
    stop: z
      .union([stopText, z.array(stopText).max(4)], { error: 'must be a text or up to four texts' })
      .nullish()
      .describe('The answer ends before the first of these texts.'),
    seed: z.int().nullish(),
    user: z.string().max(512).nullish().describe('Not used.'),
    safety_identifier: z.string().max(512).nullish().describe('Not used.'),
    prompt_cache_key: z.string().max(512).nullish().describe('Not used.'),
    ...refused,
    palate: PersonaQuestion.optional(),
  })
  .superRefine((request, context) => {
    for (const [path, message] of contradictions(request))
      context.addIssue({ code: 'custom', path: [path], message })
  })
export type ChatCompletionRequest = z.infer<typeof ChatCompletionRequest>

interface Together {
  messages?: unknown
  palate?: unknown
  stream?: boolean | null | undefined
  stream_options?: unknown
  max_tokens?: number | null | undefined
  max_completion_tokens?: number | null | undefined
}

/** What is wrong only together, by the field to change. */
function contradictions(request: Together): [path: string, message: string][] {
  const { messages, palate, stream, stream_options, max_tokens, max_completion_tokens } = request
  const found: [string, string][] = []
  if (!messages && !palate)
    found.push(['messages', 'the request has neither messages nor palate; send messages as OpenAI has them'])
  if (messages && palate)
    found.push(['messages', 'the request has both messages and palate; the persona writes the prompt'])
  if (stream_options && !stream) found.push(['stream_options', 'it is only for "stream": true'])
  if (max_tokens != null && max_completion_tokens != null)
    found.push(['max_tokens', 'the request also has max_completion_tokens; send one of them'])
  return found
}
