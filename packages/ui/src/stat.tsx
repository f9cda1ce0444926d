import type { ReactNode } from 'react'
import { cn } from './cn'

/** One figure: its label, its value, and a note for comparison. */
export function Stat({
  label,
  value,
  note,
  children,
  className,
}: {
  label: string
  value: ReactNode
  note?: ReactNode
  children?: ReactNode
  className?: string
}) {
  return (
    <div className={cn('flex min-w-0 flex-col gap-0.5', className)}>
      <span className="text-xs font-semibold text-ink-2">{label}</span>
      <span className="title num text-2xl">{value}</span>
      {note ? <span className="num text-xs text-ink-3">{note}</span> : null}
      {children}
    </div>
  )
}
