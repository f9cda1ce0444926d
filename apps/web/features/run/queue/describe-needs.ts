import type { RunNeeds } from '@palate/protocol'
import { formatBytes, plural } from '../../../lib/format'

/** What a run needs of an agent, the most specific first. */
export function describeNeeds(needs: RunNeeds, agentName?: string): string[] {
  const { gpus, gpuMemoryBytes, labels, agentId, checkpointStep } = needs
  const memory = gpuMemoryBytes ? formatBytes(gpuMemoryBytes) : null
  return [
    ...(agentId
      ? [
          agentName
            ? `only on ${agentName}${checkpointStep === null ? '' : ', which keeps its checkpoint'}`
            : 'one specific agent',
        ]
      : []),
    ...(gpus > 0 ? [`${plural(gpus, 'GPU')}${memory ? ` of ${memory}` : ''}`] : []),
    ...(gpus === 0 && memory ? [`${memory} if on a GPU`] : []),
    ...labels.map((label) => `label ${label}`),
  ]
}
