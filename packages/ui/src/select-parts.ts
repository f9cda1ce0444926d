import type { ReactNode } from 'react'

export type SelectOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean }

export interface SelectProps {
  value: string
  onValueChange: (value: string) => void
  options: readonly SelectOption[]
  placeholder?: string
  className?: string
  disabled?: boolean
  id?: string
  'aria-label'?: string
  'aria-invalid'?: boolean
  'aria-describedby'?: string
}

export const selectStyles =
  'flex h-9 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-card px-3 text-base transition-colors hover:border-ink-3 focus-visible:ring-2 focus-visible:ring-accent/35 focus-visible:outline-none disabled:opacity-60 data-placeholder:text-ink-3 [&>span:first-child]:truncate'
