'use client'

import { Slider as Radix } from 'radix-ui'
import { cn } from './cn'

export function Slider({
  value,
  onValueChange,
  min,
  max,
  step,
  label,
  className,
}: {
  value: number
  onValueChange: (value: number) => void
  min: number
  max: number
  step: number
  label: string
  className?: string
}) {
  return (
    <Radix.Root
      value={[value]}
      onValueChange={([next]) => next !== undefined && onValueChange(next)}
      min={min}
      max={max}
      step={step}
      className={cn('relative flex h-5 w-full touch-none items-center select-none', className)}
    >
      <Radix.Track className="relative h-1 grow rounded-full bg-line-strong">
        <Radix.Range className="absolute h-full rounded-full bg-ink" />
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        className="block size-4 rounded-full border-2 border-ink bg-card transition-transform hover:scale-110"
      />
    </Radix.Root>
  )
}
