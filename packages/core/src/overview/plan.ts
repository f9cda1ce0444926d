export const stationKeys = [
  'sign-in',
  'data',
  'starter',
  'personas',
  'variants',
  'labels',
  'training',
  'evaluation',
  'release',
] as const
export type StationKey = (typeof stationKeys)[number]
export type StationState = 'done' | 'live' | 'next' | 'waiting'

export interface Station {
  key: StationKey
  title: string
  state: StationState
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

/** What the loop looks like from the outside: counts, and what is under way (an id, to look at it). */
export interface OverviewFacts {
  workspaceName: string
  recipes: number
  datasets: number
  importing: boolean
  baseModels: number
  pretraining: string | null
  personas: number
  pairs: number
  /** A batch whose answers are being written. */
  writing: string | null
  /** Pairs with a winner, whoever decided. */
  decided: number
  /** Pairs without any vote. */
  unjudged: number
  personVotes: number
  ruleVotes: number
  open: number
  adapters: number
  tuning: string | null
  /** Whether the newest adapter was evaluated. */
  evaluated: boolean
  evaluations: number
  evaluating: string | null
  /** Deployments that answer. */
  deployments: number
  /** Whether one of them answers with a tuned model. */
  tunedServes: boolean
}

/** With fewer pairs that have a winner, a preference training learns little; where there are no more, a few must do. */
export const enoughPairs = 60
const fewestPairs = 2

function enoughLabels({ decided, unjudged, writing }: OverviewFacts): boolean {
  return decided >= enoughPairs || (decided >= fewestPairs && unjudged === 0 && !writing)
}

interface Rule {
  title: string
  href: string
  done: (facts: OverviewFacts) => boolean
  /** The page on which to watch it while it is under way. */
  live: (facts: OverviewFacts) => string | null
  /** Whether all that it needs is there. */
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
  data: {
    title: 'Data',
    href: '/datasets',
    done: ({ datasets }) => datasets > 0,
    live: ({ importing }) => (importing ? '/datasets' : null),
    ready: always,
    count: ({ recipes }) => recipes,
    detail: ({ datasets, recipes }) => (datasets > 0 ? plural(recipes, 'recipe') : 'no recipes yet'),
    step: () => ({
      label: 'Add the sample recipes',
      hint: 'Their ingredients become the questions that you judge later. A file of your own goes in under Data.',
    }),
    watch: 'Watch the import',
  },
  starter: {
    title: 'Starter model',
    href: '/runs',
    done: ({ baseModels }) => baseModels > 0,
    live: ({ pretraining }) => pretraining && `/runs/${pretraining}`,
    ready: always,
    count: ({ baseModels }) => baseModels,
    detail: ({ baseModels }) => (baseModels > 0 ? plural(baseModels, 'base model') : 'not trained yet'),
    step: () => ({
      label: 'Train the starter model',
      hint: 'A small model learns to write recipes on your own machine, in a few minutes. All later steps build on it.',
    }),
    watch: 'Watch the starter model train',
  },
  personas: {
    title: 'Personas',
    href: '/personas',
    done: ({ personas }) => personas > 0,
    live: none,
    ready: always,
    count: ({ personas }) => personas,
    detail: ({ personas }) => (personas > 0 ? plural(personas, 'persona') : 'nobody to cook for'),
    step: () => ({
      label: 'Add a persona',
      hint: 'A persona says who the model cooks for: what they like, and what they must not eat.',
    }),
    watch: 'See the personas',
  },
  variants: {
    title: 'Variants',
    href: '/variants',
    done: ({ pairs, writing }) => pairs > 0 && !writing,
    live: ({ writing }) => writing && `/variants/${writing}`,
    ready: ({ baseModels, personas }) => baseModels > 0 && personas > 0,
    count: ({ pairs }) => pairs,
    detail: ({ pairs }) => (pairs > 0 ? plural(pairs, 'pair') : 'none yet'),
    step: () => ({
      label: 'Write variants',
      hint: 'The model answers every question twice, once knowing the persona and once not. Each two answers make a pair.',
    }),
    watch: 'Watch the answers arrive',
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
        : `${open} to judge`,
    step: stepToLabels,
    watch: 'Go on judging',
  },
  training: {
    title: 'Training',
    href: '/runs',
    done: ({ adapters }) => adapters > 0,
    live: ({ tuning }) => tuning && `/runs/${tuning}`,
    ready: (facts) => facts.baseModels > 0 && enoughLabels(facts),
    count: ({ adapters }) => adapters,
    detail: ({ adapters }) => (adapters > 0 ? plural(adapters, 'tuned model') : 'waits for labels'),
    step: () => ({
      label: 'Train on the votes',
      hint: 'A preference training teaches the starter model what was chosen over what. It takes a few minutes.',
    }),
    watch: 'Watch the training',
  },
  evaluation: {
    title: 'Evaluation',
    href: '/evaluations',
    done: ({ evaluated }) => evaluated,
    live: ({ evaluating }) => evaluating && `/evaluations/${evaluating}`,
    ready: ({ adapters }) => adapters > 0,
    count: ({ evaluations }) => evaluations,
    detail: ({ evaluations }) =>
      evaluations > 0 ? plural(evaluations, 'evaluation') : 'nothing compared yet',
    step: () => ({
      label: 'Evaluate the tuned model',
      hint: 'Base and tuned model answer the same frozen questions, and the rules say which one keeps to them better.',
    }),
    watch: 'Watch the evaluation',
  },
  release: {
    title: 'Release',
    href: '/models',
    done: ({ tunedServes }) => tunedServes,
    live: none,
    ready: ({ adapters, evaluated }) => adapters > 0 && evaluated,
    count: ({ deployments }) => deployments,
    detail: ({ deployments }) => (deployments > 0 ? `${deployments} in public` : 'not public yet'),
    step: () => ({
      label: 'Release the tuned model',
      hint: 'Give the model a public name. Anybody with the address of the chat can then cook with it.',
    }),
    watch: 'See the release',
  },
}

function stepToLabels({ decided, unjudged, writing }: OverviewFacts): ReturnType<Rule['step']> {
  if (unjudged === 0 && writing)
    return {
      label: 'Watch the answers arrive',
      hint: 'All pairs so far are judged. More of them are being written.',
      href: `/variants/${writing}`,
    }
  if (unjudged === 0)
    return {
      label: 'Write more variants',
      hint: 'All pairs are judged, and too few have a winner. More pairs give the model something to learn from.',
      href: '/variants',
    }
  if (decided === 0)
    return {
      label: 'Judge the first pair',
      hint: 'Two recipes, side by side: say which one you like. When you have had enough, the rules judge the rest.',
      href: '/labels/session',
    }
  return {
    label: 'Go on judging',
    hint: `${plural(decided, 'pair')} with a winner so far; ${enoughPairs} are a good start. The rules can judge the rest for you.`,
  }
}

/**
 * Where each station stands, and the one next step: the first station that is not done, has all that it needs and
 * is not under way already; where there is none, the furthest one under way is what to look at. Null when the loop is closed.
 */
export function planLoop(facts: OverviewFacts): { stations: Station[]; next: NextStep | null } {
  const isOpen = (key: StationKey) => !rules[key].done(facts) && rules[key].live(facts) === null
  const nextKey = stationKeys.find((key) => isOpen(key) && rules[key].ready(facts))
  const liveKey = stationKeys.findLast((key) => rules[key].live(facts) !== null)
  const stations = stationKeys.map((key): Station => {
    const { title, href, live, done, count, detail } = rules[key]
    const state = live(facts) !== null ? 'live' : done(facts) ? 'done' : key === nextKey ? 'next' : 'waiting'
    return { key, title, state, detail: detail(facts), count: count(facts), href }
  })
  if (nextKey) {
    const { label, hint, href = rules[nextKey].href } = rules[nextKey].step(facts)
    return { stations, next: { key: nextKey, label, hint, href } }
  }
  if (!liveKey) return { stations, next: null }
  const { live, href, watch } = rules[liveKey]
  const hint = 'This is under way. The next step opens when it is done.'
  return { stations, next: { key: liveKey, label: watch, hint, href: live(facts) ?? href } }
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
