'use client'

import { ChevronDown } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { cn } from './cn'
import { type SelectProps, selectStyles } from './select-parts'

const loadPanel = () => import('./select-panel')
const Panel = lazy(loadPanel)
const openingKeys: readonly string[] = ['ArrowDown', 'ArrowUp']

/** A select with few options. `value` is '' while nothing is chosen. Its list is loaded when it is first opened. */
export function Select({ placeholder = 'Choose…', ...props }: SelectProps) {
  const [asked, setAsked] = useState(false)
  const { value, options, className, onValueChange: _, ...rest } = props
  const chosen = options.find((option) => option.value === value)
  const closed = (
    <button
      type="button"
      role="combobox"
      aria-expanded={false}
      aria-haspopup="listbox"
      data-placeholder={chosen ? undefined : ''}
      className={cn(selectStyles, className)}
      onPointerEnter={() => void loadPanel()}
      onClick={() => setAsked(true)}
      onKeyDown={(event) => {
        if (!openingKeys.includes(event.key)) return
        event.preventDefault()
        setAsked(true)
      }}
      {...rest}
    >
      <span>{chosen?.label ?? placeholder}</span>
      <ChevronDown className="size-4 shrink-0 text-ink-3" aria-hidden />
    </button>
  )
  if (!asked) return closed
  return (
    <Suspense fallback={closed}>
      <Panel placeholder={placeholder} {...props} />
    </Suspense>
  )
}
