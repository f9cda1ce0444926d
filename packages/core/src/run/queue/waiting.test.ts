import { RunNeeds } from '@palate/protocol'
import { expect, test } from 'vitest'
import { gpu } from '../../testing'
import { formatAgo } from './format-waiting'
import { type AgentState, explainWaiting } from './waiting'

const now = new Date('2026-01-02T14:02:00Z')

function agent(
  name: string,
  state: Partial<AgentState> & { gpus?: number[]; labels?: string[] } = {},
): AgentState {
  const { gpus = [], labels = [], ...rest } = state
  return {
    ...{ id: name, name, online: true, lastSeenAt: now, draining: false, outdated: false, held: [] },
    whole: {
      ...{ agentId: name, kinds: ['pretrain', 'dpo'], labels, cpuOnly: gpus.length === 0 },
      gpus: gpus.map((size, n) => gpu(`${name}${n}`, size)),
    },
    ...rest,
  }
}
const why = (needs: Partial<RunNeeds>, agents: AgentState[], position = 1, kind: 'dpo' | 'sft' = 'dpo') =>
  explainWaiting({ kind, needs: RunNeeds.parse(needs) }, agents, { position, ahead: position - 1 }, now)
const because = (...args: Parameters<typeof why>) => why(...args).because

const busy = (runNumber: number, ...gpus: string[]) => ({ gpus, runNumber })
const early = new Date(now.getTime() - 12 * 60_000)
const big = { gpuMemoryBytes: 22e9 }

test.each<[string, string, Parameters<typeof why>]>([
  ['no agent', 'No agent is enrolled yet. Enroll one on the Agents page.', [{}, []]],
  ['a free agent', 'An agent is about to take it.', [{}, [agent('oven')]]],
  ['a free agent, but others first', '3 runs are ahead.', [{}, [agent('oven')], 4]],
  [
    'a kind that no agent supports',
    'No agent supports fine-tuning runs.',
    [{}, [agent('oven'), agent('hob')], 1, 'sft'],
  ],
  [
    'a label that no agent has',
    'No agent that supports preference training runs has the label a100.',
    [{ labels: ['a100'] }, [agent('oven', { labels: ['home'] }), agent('hob')]],
  ],
  [
    'more memory than any agent has',
    'It needs 22 GB; the largest GPU has 16 GB, on oven.',
    [big, [agent('oven', { gpus: [16] }), agent('hob', { gpus: [8, 8] })]],
  ],
  [
    'two GPUs',
    'It needs 2 GPUs; no agent has more than 1, as oven has.',
    [{ gpus: 2 }, [agent('oven', { gpus: [16] }), agent('cpu')]],
  ],
  [
    'a GPU, without any',
    'It needs 1 GPU, and no agent that could take it has one.',
    [{ gpus: 1 }, [agent('cpu')]],
  ],
  [
    'one that is offline',
    'It waits for oven: offline, last seen 12 minutes ago.',
    [{}, [agent('oven', { online: false, lastSeenAt: early })]],
  ],
  [
    'all offline',
    'All 2 agents that could take it are offline. Start one of them.',
    [{}, [agent('oven', { online: false }), agent('hob', { online: false })]],
  ],
  [
    'one draining',
    'It waits for oven: it is draining and takes no new runs.',
    [{}, [agent('oven', { draining: true })]],
  ],
  [
    'one offline, one draining',
    'Of 2 agents that could take it, 1 are offline and 1 take no new runs.',
    [{}, [agent('oven', { draining: true }), agent('hob', { online: false })]],
  ],
  ['one outdated', 'It waits for oven: it must be updated first.', [{}, [agent('oven', { outdated: true })]]],
  [
    'one busy, and others first',
    'It waits for oven: it is busy with run 5. One run is ahead.',
    [{}, [agent('oven', { held: [busy(5)] })], 2],
  ],
  [
    'a large GPU that is taken',
    'It waits for oven: needs 22 GB; its largest free GPU has 16 GB; it is busy with run 7.',
    [big, [agent('oven', { gpus: [16, 24], held: [busy(7, 'oven1')] })]],
  ],
  [
    'large GPUs that are taken',
    'It needs 22 GB; the largest free GPU has 16 GB, on oven.',
    [
      big,
      [
        agent('oven', { gpus: [16, 24], held: [busy(7, 'oven1')] }),
        agent('hob', { gpus: [24], held: [busy(8, 'hob0')] }),
      ],
    ],
  ],
  [
    'all busy',
    'All 2 agents that could take it are busy. 4 runs are ahead.',
    [{}, [agent('oven', { held: [busy(5)] }), agent('hob', { held: [busy(6)] })], 5],
  ],
  [
    'a required agent that is offline',
    'It waits for tavern: offline, last seen 12 minutes ago.',
    [{ agentId: 'tavern' }, [agent('oven'), agent('tavern', { online: false, lastSeenAt: early })]],
  ],
  [
    'a required agent that was revoked',
    'The agent that it waits for was revoked. Cancel the run and clone it.',
    [{ agentId: 'tavern' }, [agent('oven')]],
  ],
])('%s: %s', (_, sentence, args) => {
  expect(because(...args)).toBe(sentence)
})

test('each agent has its own reason, and an agent that could take the run has none', () => {
  const agents = [
    agent('small', { gpus: [16] }),
    agent('away', { gpus: [80], online: false, lastSeenAt: null }),
    agent('bare', { gpus: [80], labels: [] }),
    agent('full', { gpus: [80, 80], labels: ['lab'], held: [busy(3, 'full0'), busy(4, 'full1')] }),
    agent('ready', { gpus: [80], labels: ['lab'] }),
    agent('old', { outdated: true }),
  ].map((one) => (one.name === 'bare' ? one : { ...one, whole: { ...one.whole, labels: ['lab'] } }))
  expect(why({ ...big, labels: ['lab'] }, agents).agents).toEqual([
    { id: 'small', name: 'small', reason: 'needs 22 GB; its largest GPU has 16 GB' },
    { id: 'away', name: 'away', reason: 'it was never online' },
    { id: 'bare', name: 'bare', reason: 'it lacks the label lab' },
    { id: 'full', name: 'full', reason: 'it is busy with runs 3 and 4' },
    { id: 'old', name: 'old', reason: 'it must be updated first' },
  ])
})

test('times are shown in minutes, hours or days', () => {
  const ago = (minutes: number) => formatAgo(new Date(now.getTime() - minutes * 60_000), now)
  expect([0.5, 1, 59, 90, 60 * 24 * 3].map(ago)).toEqual([
    'less than a minute ago',
    '1 minute ago',
    '59 minutes ago',
    '2 hours ago',
    '3 days ago',
  ])
})
