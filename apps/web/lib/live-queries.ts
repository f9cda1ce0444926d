import type { LiveNotice, LiveTopic } from '@palate/protocol'

/** A cached query: its procedure (`run.get`), what was asked, and the newest answer. */
export interface LiveQuery {
  path: string
  input: unknown
  data: unknown
}

/** Whether the answer of a query may be out of date once the thing with this id has changed. */
type Rule = (query: LiveQuery, id: string) => boolean

const always: Rule = () => true
const whereId: Rule = ({ input }, id) => fieldOf(input, 'id') === id
const whereRun: Rule = ({ input }, id) => fieldOf(input, 'id') === id || fieldOf(input, 'runId') === id
const whereBatch: Rule = ({ input }, id) => fieldOf(input, 'batchId') === id
const whereEvaluation: Rule = ({ input }, id) => fieldOf(input, 'evaluationId') === id
/** A batch or an evaluation, or a list of them, that shows the status of its run. */
const showsRun: Rule = ({ data }, id) =>
  itemsOf(data).some((item) => fieldOf(fieldOf(item, 'run'), 'id') === id)
/** A run, or a list of them, that says why it waits. */
const waits: Rule = ({ data }) => itemsOf(data).some((item) => fieldOf(item, 'status') === 'queued')

type Rules = Readonly<Record<string, Rule>>

/** What shows why a run waits: the queue, the agents and the other runs decide it. */
const queueRules: Rules = { 'run.queue': always, 'run.list': waits, 'run.get': waits, 'overview.get': always }

/**
 * Which queries show what a topic names. A change of one run leaves the page of another alone, and a pair that somebody
 * judges (`label.next`) is in none of them.
 */
const rules: Record<Exclude<LiveTopic, 'workspace'>, Rules> = {
  run: {
    'run.get': whereRun,
    'run.metrics': whereRun,
    'run.logs': whereRun,
    'run.samples': whereRun,
    'run.artifacts': whereRun,
    'run.preflight': whereRun,
    'run.summary': whereRun,
    'run.list': always,
    'overview.get': always,
    'agent.list': always,
    'variant.batches': showsRun,
    'variant.batch': showsRun,
    'evaluation.list': showsRun,
    'evaluation.get': showsRun,
  },
  'run-progress': { 'run.get': whereRun, 'run.list': always },
  'run-metrics': { 'run.metrics': whereRun },
  'run-logs': { 'run.logs': whereRun },
  'run-samples': { 'run.samples': whereRun },
  'run-artifacts': { 'run.artifacts': whereRun },
  queue: queueRules,
  dataset: {
    'dataset.list': always,
    'dataset.get': always,
    'dataset.version': whereId,
    'overview.get': always,
  },
  variant: {
    'variant.batches': always,
    'variant.batch': whereId,
    'variant.pairs': whereBatch,
    'label.summary': always,
    'overview.get': always,
  },
  evaluation: {
    'evaluation.list': always,
    'evaluation.get': whereId,
    'evaluation.answers': whereEvaluation,
    'overview.get': always,
  },
  agent: { 'agent.list': always, 'agent.gauges': always, ...queueRules },
  hardware: { 'agent.gauges': always },
  model: {
    'model.list': always,
    'model.get': always,
    'model.choices': always,
    'run.readiness': always,
    'overview.get': always,
  },
  push: { 'model.pushes': whereId },
  deployment: {
    'deployment.list': always,
    'model.list': always,
    'model.get': always,
    'model.choices': always,
    'overview.get': always,
  },
  label: {
    'label.summary': always,
    'run.readiness': always,
    'persona.list': always,
    'persona.get': always,
    'overview.get': always,
  },
  member: { 'member.list': always, 'invitation.list': always, 'session.me': always, 'apiKey.list': always },
  persona: { 'persona.list': always, 'persona.get': always, 'overview.get': always },
  // Only the list of deployments counts the answers that they gave.
  chat: { 'deployment.list': always },
  feedback: {
    'chat.listFeedback': always,
    'deployment.list': always,
    'run.readiness': always,
    'overview.get': always,
  },
}

/** What a hub pushed, if it is a notice. By hand: a page without a form need not load zod. */
export function readNotice(message: unknown): Pick<LiveNotice, 'topic' | 'id'> | null {
  const topic = fieldOf(message, 'topic')
  const id = fieldOf(message, 'id')
  return isTopic(topic) && typeof id === 'string' ? { topic, id } : null
}

const isTopic = (value: unknown): value is LiveTopic =>
  value === 'workspace' || (typeof value === 'string' && Object.hasOwn(rules, value))

const livePaths = new Set(Object.values(rules).flatMap((one) => Object.keys(one)))

/** Whether a notice may have made the answer of a query out of date. */
export function concerns({ topic, id }: Pick<LiveNotice, 'topic' | 'id'>, query: LiveQuery): boolean {
  if (topic === 'workspace') return livePaths.has(query.path)
  return rules[topic][query.path]?.(query, id) ?? false
}

/** Reads tRPC's query keys: `[['run', 'get'], { input: { id }, type }]`. Null for a query that is not tRPC's. */
export function readQueryKey(queryKey: readonly unknown[]): Omit<LiveQuery, 'data'> | null {
  const [path, asked] = queryKey
  return Array.isArray(path) ? { path: path.join('.'), input: fieldOf(asked, 'input') } : null
}

const itemsOf = (data: unknown): readonly unknown[] => (Array.isArray(data) ? data : [data])

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
