import type { Outputs } from '../../lib/trpc'

/** What the form of a new persona begins with. */
export const emptyBody: Outputs['persona']['get']['body'] = {
  name: '',
  cuisines: [],
  flavors: [],
  style: '',
  diets: [],
  forbidden: [],
  preferred: [],
  systemPrompt: null,
}
