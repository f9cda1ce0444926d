import type { MemoryEstimate } from '@palate/protocol'
import { formatBytes } from '../../../lib/format'

const parts = [
  ['weights', 'weights', 'bg-series-2'],
  ['gradients', 'gradients', 'bg-series-1'],
  ['optimizer', 'optimizer', 'bg-series-3'],
  ['activations', 'activations', 'bg-series-4'],
  ['logits', 'logits', 'bg-series-5'],
  ['overhead', 'the process itself', 'bg-series-6'],
] as const

/** What a step's memory is made of, against what the device has. The figures are in the text for who cannot see it. */
export function MemoryBar({ memory, capacity }: { memory: MemoryEstimate; capacity: number }) {
  const whole = Math.max(capacity, memory.total)
  const words = parts.map(([key, name]) => `${name} ${formatBytes(memory[key])}`).join(', ')
  return (
    <div
      role="img"
      aria-label={`Memory: ${words}; the device has ${formatBytes(capacity)}`}
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
