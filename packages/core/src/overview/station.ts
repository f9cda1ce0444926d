export const stationKeys = [
  'sign-in',
  'datasets',
  'base-model',
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

/** What a step starts with its defaults, where a person has to choose nothing. */
export type StepAction =
  | 'add-sample'
  | 'add-smollm2'
  | 'train-starter'
  | 'write-variants'
  | 'train-on-votes'
  | 'evaluate'
  | 'deploy'

/** A button of the overview, with the sentence beside it. */
export interface Choice {
  label: string
  hint: string
  /** Its page: where it is shown, and where somebody without the permission to start it reads on. */
  href: string
  /** Null where a person has to choose or do something on the page. */
  action: StepAction | null
}

export interface NextStep extends Choice {
  key: StationKey
  /** What may be done instead. */
  other: Choice | null
}

/** Trainings that have not ended: the newest, and how many an agent works on or are waiting for one. */
export interface Trainings {
  id: string
  started: number
  queued: number
}

/** The newest import or training of a starter model, where it brought no model that serves and can be trained. */
export interface FailedModel {
  kind: 'import' | 'pretrain'
  /** `no-registry`: a package of the list of starting models could not be fetched; `refused`: imported, but not usable. */
  outcome: 'failed' | 'no-registry' | 'refused'
  /** Whether it is of the list of starting models. */
  listed: boolean
  /** Of its run. */
  number: number
  name: string
  message: string
  remedy: string
}

/** What the overview shows of the loop: counts, and the id of what is in progress. */
export interface OverviewFacts {
  workspaceName: string
  recipes: number
  datasets: number
  importing: boolean
  /** Those that serve and can be trained. */
  baseModels: number
  addingModels: Trainings | null
  failedModel: FailedModel | null
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

/** What a rule offers; without an `href` of its own the step leads to the station's page. */
export type Step = Pick<Choice, 'label' | 'hint'> &
  Partial<Pick<Choice, 'href' | 'action'>> & { other?: Choice }

/** What a station's state and its next step depend on. */
export interface Rule {
  title: string
  href: string
  done: (facts: OverviewFacts) => boolean
  /** The page that shows it while it is in progress. */
  live: (facts: OverviewFacts) => string | null
  /** Whether everything that it needs exists. */
  ready: (facts: OverviewFacts) => boolean
  count: (facts: OverviewFacts) => number | null
  detail: (facts: OverviewFacts) => string
  step: (facts: OverviewFacts) => Step
  watch: string
}
