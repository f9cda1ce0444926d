import { baseModel } from './base-model'
import type { OverviewFacts, Rule, StationKey, Step } from './station'
import { countTrainings, describeTrainings, listParts, plural } from './words'

/** With fewer decided pairs a preference training learns little. If no more pairs can be labeled, `fewestPairs` are enough. */
const enoughPairs = 60
const fewestPairs = 2

function enoughLabels({ decided, unlabeled, writing }: OverviewFacts): boolean {
  return decided >= enoughPairs || (decided >= fewestPairs && unlabeled === 0 && !writing)
}

const none = () => null
const always = () => true

export const rules: Record<StationKey, Rule> = {
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
      action: 'add-sample',
    }),
    watch: 'Watch the import',
  },
  'base-model': baseModel,
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
      action: 'write-variants',
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
      action: 'train-on-votes',
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
      action: 'evaluate',
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
      action: 'deploy',
    }),
    watch: 'Open models',
  },
}

function stepToLabels({ decided, pairs, unlabeled, writing }: OverviewFacts): Step {
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
    hint: `${plural(decided, 'pair')} with a winner so far; ${Math.min(enoughPairs, pairs)} are a good start. The rules can label the rest.`,
  }
}
