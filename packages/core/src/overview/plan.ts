export const stationKeys = [
  'sign-in',
  'datasets',
  'starter',
  'personas',
  'variants',
  'labels',
  'runs',
  'evaluations',
  'models',
] as const
export type StationKey = (typeof stationKeys)[number]
export type StationState = 'done' | 'live' | 'next' | 'waiting'

export interface Station {
  key: StationKey
  title: string
  state: StationState
  /** Also while its work is done once more, as state `live`. */
  done: boolean
  detail: string
  count: number | null
  href: string
}

export interface NextStep {
  key: StationKey
  label: string
  hint: string
  href: string
}

/** Trainings that have not ended: the newest, and how many an agent works on or are waiting for one. */
export interface Trainings {
  id: string
  started: number
  queued: number
}

/** What the overview shows of the loop: counts, and the id of what is in progress. */
export interface OverviewFacts {
  workspaceName: string
  recipes: number
  datasets: number
  importing: boolean
  baseModels: number
  pretraining: Trainings | null
  personas: number
  pairs: number
  /** A batch whose answers are being written. */
  writing: string | null
  /** Pairs with a winner, by votes of any source. */
  decided: number
  /** Pairs without any vote. */
  unlabeled: number
  personVotes: number
  ruleVotes: number
  open: number
  adapters: number
  tuning: Trainings | null
  /** Whether the newest adapter was evaluated. */
  evaluated: boolean
  evaluations: number
  evaluating: string | null
  /** Deployments that answer. */
  deployments: number
  /** Whether one of them answers with a tuned model. */
  tunedServes: boolean
}

/** With fewer decided pairs a preference training learns little. If no more pairs can be labeled, `fewestPairs` are enough. */
export const enoughPairs = 60
const fewestPairs = 2

function enoughLabels({ decided, unlabeled, writing }: OverviewFacts): boolean {
  return decided >= enoughPairs || (decided >= fewestPairs && unlabeled === 0 && !writing)
}

interface Rule {
  title: string
  href: string
  done: (facts: OverviewFacts) => boolean
  /** The page that shows it while it is in progress. */
  live: (facts: OverviewFacts) => string | null
  /** Whether everything that it needs exists. */
  ready: (facts: OverviewFacts) => boolean
  count: (facts: OverviewFacts) => number | null
  detail: (facts: OverviewFacts) => string
  step: (facts: OverviewFacts) => { label: string; hint: string; href?: string }
  watch: string
}

const none = () => null
const always = () => true

const rules: Record<StationKey, Rule> = {
  'sign-in': {
    title: 'Sign in',
    href: '/',
    done: always,
    live: none,
    ready: always,
    count: none,
    detail: ({ workspaceName }) => workspaceName,
    step: () => ({ label: 'Sign in', hint: 'Sign in to your workspace.' }),
    watch: 'Sign in',
  },
  datasets: {
    title: 'Datasets',
    href: '/datasets',
    done: ({ datasets }) => datasets > 0,
    live: ({ importing }) => (importing ? '/datasets' : null),
    ready: always,
    count: ({ recipes }) => recipes,
    detail: ({ datasets, recipes }) => (datasets > 0 ? plural(recipes, 'recipe') : 'no dataset yet'),
    step: () => ({
      label: 'Add the sample recipes',
      hint: 'Palate makes the prompts from their ingredients. To use your own file, open Datasets.',
    }),
    watch: 'Watch the import',
  },
  starter: {
    title: 'Starter model',
    href: '/runs',
    done: ({ baseModels }) => baseModels > 0,
    live: ({ pretraining }) => pretraining && `/runs/${pretraining.id}`,
    ready: always,
    count: ({ baseModels, pretraining }) => baseModels + countTrainings(pretraining),
    detail: ({ baseModels, pretraining }) =>
      listParts(baseModels > 0 && plural(baseModels, 'base model'), ...describeTrainings(pretraining)) ||
      'not trained yet',
    step: () => ({
      label: 'Train the starter model',
      hint: 'A small model learns to write recipes on your own machine, in a few minutes. All later steps need it.',
    }),
    watch: 'Open the run',
  },
  personas: {
    title: 'Personas',
    href: '/personas',
    done: ({ personas }) => personas > 0,
    live: none,
    ready: always,
    count: ({ personas }) => personas,
    detail: ({ personas }) => (personas > 0 ? plural(personas, 'persona') : 'none yet'),
    step: () => ({
      label: 'Add a persona',
      hint: 'A persona describes who the recipes are for: what they like, and what they must not eat.',
    }),
    watch: 'Open personas',
  },
  variants: {
    title: 'Variants',
    href: '/variants',
    done: ({ pairs }) => pairs > 0,
    live: ({ writing }) => writing && `/variants/${writing}`,
    ready: ({ baseModels, personas }) => baseModels > 0 && personas > 0,
    count: ({ pairs }) => pairs,
    detail: ({ pairs }) => (pairs > 0 ? plural(pairs, 'pair') : 'none yet'),
    step: () => ({
      label: 'Write variants',
      hint: 'The model answers every prompt several times. The two answers that differ most by the rules of the persona make a pair.',
    }),
    watch: 'Open the batch',
  },
  labels: {
    title: 'Labels',
    href: '/labels',
    done: enoughLabels,
    live: none,
    ready: ({ pairs }) => pairs > 0,
    count: ({ open }) => open,
    detail: ({ personVotes, ruleVotes, open }) =>
      personVotes + ruleVotes > 0
        ? `${plural(personVotes, 'vote')} by people, ${ruleVotes} by rules`
        : `${open} to label`,
    step: stepToLabels,
    watch: 'Label pairs',
  },
  runs: {
    title: 'Runs',
    href: '/runs',
    done: ({ adapters }) => adapters > 0,
    live: ({ tuning }) => tuning && `/runs/${tuning.id}`,
    ready: (facts) => facts.baseModels > 0 && enoughLabels(facts),
    count: ({ adapters, tuning }) => adapters + countTrainings(tuning),
    detail: ({ adapters, tuning }) =>
      listParts(adapters > 0 && plural(adapters, 'tuned model'), ...describeTrainings(tuning)) ||
      'waits for labels',
    step: () => ({
      label: 'Train on the votes',
      hint: 'Preference training teaches the model which answers were chosen. It takes a few minutes.',
    }),
    watch: 'Open the run',
  },
  evaluations: {
    title: 'Evaluations',
    href: '/evaluations',
    done: ({ evaluated }) => evaluated,
    live: ({ evaluating }) => evaluating && `/evaluations/${evaluating}`,
    ready: ({ adapters }) => adapters > 0,
    count: ({ evaluations }) => evaluations,
    detail: ({ evaluations }) => (evaluations > 0 ? plural(evaluations, 'evaluation') : 'none yet'),
    step: () => ({
      label: 'Evaluate the tuned model',
      hint: 'The base model and the tuned model answer the same frozen test cases. The rules of the personas check each answer.',
    }),
    watch: 'Open the evaluation',
  },
  models: {
    title: 'Models',
    href: '/models',
    done: ({ tunedServes }) => tunedServes,
    live: none,
    ready: ({ adapters, evaluated }) => adapters > 0 && evaluated,
    count: ({ deployments }) => deployments,
    detail: ({ deployments }) => (deployments > 0 ? `${deployments} deployed` : 'none deployed yet'),
    step: () => ({
      label: 'Deploy the tuned model',
      hint: 'The model gets a public name. Everyone who can open the chat can then ask it for recipes.',
    }),
    watch: 'Open models',
  },
}

function stepToLabels({ decided, unlabeled, writing }: OverviewFacts): ReturnType<Rule['step']> {
  if (unlabeled === 0 && writing)
    return {
      label: 'Open the batch',
      hint: 'All pairs so far have a label. The model is still writing more.',
      href: `/variants/${writing}`,
    }
  if (unlabeled === 0)
    return {
      label: 'Write more variants',
      hint: 'All pairs have a label, but too few have a winner. More pairs give the model more to learn from.',
      href: '/variants',
    }
  if (decided === 0)
    return {
      label: 'Label the first pair',
      hint: 'Two recipes stand side by side: choose the better one. The rules can label the remaining pairs.',
      href: '/labels/session',
    }
  return {
    label: 'Label more pairs',
    hint: `${plural(decided, 'pair')} with a winner so far; ${enoughPairs} are a good start. The rules can label the rest.`,
  }
}

/**
 * The state of each station, and the one next step: the first station that is not done, has all that it needs and
 * is not in progress. If there is none, it is the last station in progress. Null when all are done.
 */
export function planLoop(facts: OverviewFacts): { stations: Station[]; next: NextStep | null } {
  const isOpen = (key: StationKey) => !rules[key].done(facts) && rules[key].live(facts) === null
  const nextKey = stationKeys.find((key) => isOpen(key) && rules[key].ready(facts))
  const liveKey = stationKeys.findLast((key) => rules[key].live(facts) !== null)
  const stations = stationKeys.map((key): Station => {
    const { title, href, live, count, detail } = rules[key]
    const done = rules[key].done(facts)
    const state = live(facts) !== null ? 'live' : done ? 'done' : key === nextKey ? 'next' : 'waiting'
    return { key, title, state, done, detail: detail(facts), count: count(facts), href }
  })
  if (nextKey) {
    const { label, hint, href = rules[nextKey].href } = rules[nextKey].step(facts)
    return { stations, next: { key: nextKey, label, hint, href } }
  }
  if (!liveKey) return { stations, next: null }
  const { live, href, watch } = rules[liveKey]
  const hint = 'This is in progress. The next step follows when it is done.'
  return { stations, next: { key: liveKey, label: watch, hint, href: live(facts) ?? href } }
}

const countTrainings = (trainings: Trainings | null) => (trainings ? trainings.started + trainings.queued : 0)

const describeTrainings = (trainings: Trainings | null) => [
  trainings !== null && trainings.started > 0 && `${trainings.started} in training`,
  trainings !== null && trainings.queued > 0 && `${trainings.queued} queued`,
]

const listParts = (...parts: (string | false)[]) => parts.filter(Boolean).join(', ')

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
