import { expect, it } from 'vitest'
import { describeResults } from './describe-results'

it('names results as the charts do, with short figures', () => {
  const results = {
    ...{ loss: 1.955702, 'rewards/chosen': -0.005265918039, mean_token_accuracy: 0.67781 },
    ...{ seconds: 121.8830801830025, parameters: 1_589_888 },
  }
  expect(describeResults(results).map(({ label, value }) => `${label}: ${value}`)).toEqual([
    'Loss: 1.96',
    'Rewards, chosen: −0.00527',
    'Token accuracy: 0.678',
    'Time: 2 min 02 s',
    'Parameters: 1,589,888',
  ])
})
