import type { MemoryEstimate } from '@palate/protocol'
import { formatBytes } from '../../../lib/format'

const parts = [
  ['weights', 'weights', 'bg-series-2'],
  ['gradients', 'gradients', 'bg-series-1'],
  ['optimizer', 'optimizer', 'bg-series-3'],
  ['activations', 'activations', 'bg-series-4'],
  ['logits', 'logits', 'bg-series-5'],
  ['overhead', 'process overhead', 'bg-series-6'],
] as const

/** The parts of a step's memory against the memory of the device; the label has the same figures. */
export function MemoryBar({ memory, capacity }: { memory: MemoryEstimate; capacity: number }) {
  const whole = Math.max(capacity, memory.total)
  const text = parts.map(([key, name]) => `${name} ${formatBytes(memory[key])}`).join(', ')
  return (
    <div
      role="img"
      aria-label={`Memory: ${text}; the device has ${formatBytes(capacity)}`}
      className="relative flex h-2.5 overflow-hidden rounded-full bg-sunk"
    >
      {parts.map(([key, name, color]) => (
        <span
          key={key}
          title={`${name}: ${formatBytes(memory[key])}`}
          className={`${color} h-full border-r border-card`}
          style={{ width: `${(100 * memory[key]) / whole}%` }}
        />
      ))}
      {memory.total > capacity ? (
        <span
          title={`The device has ${formatBytes(capacity)}`}
          className="absolute inset-y-0 w-0.5 bg-bad"
          style={{ left: `${(100 * capacity) / whole}%` }}
        />
      ) : null}
    </div>
  )
}
