import type { RunNeeds } from '@palate/protocol'
import { formatBytes, plural } from '../../../lib/format'

/** What a run asks of its place, from the most to the least particular. Memory matters only where a GPU is asked for. */
export function describeNeeds(needs: RunNeeds, agentName?: string): string[] {
  const { gpus, gpuMemoryBytes, labels, agentId } = needs
  const memory = gpuMemoryBytes ? formatBytes(gpuMemoryBytes) : null
  return [
    ...(agentId ? [agentName ? `only ${agentName}` : 'one agent of its own'] : []),
    ...(gpus > 0 ? [`${plural(gpus, 'GPU')}${memory ? ` of ${memory}` : ''}`] : []),
    ...(gpus === 0 && memory ? [`${memory} where it is a GPU`] : []),
    ...labels.map((label) => `label ${label}`),
  ]
}
