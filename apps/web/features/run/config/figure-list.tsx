import type { ReactNode } from 'react'

export interface Figure {
  label: string
  value: ReactNode
  /** Marked: it is not the default. */
  changed?: boolean
}

/** Labels and their values, a line each. */
export function FigureList({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="flex flex-col">
      {figures.map(({ label, value, changed }) => (
        <div
          key={label}
          className="flex items-baseline justify-between gap-4 border-b border-dotted border-line-strong py-1.5 last:border-0"
        >
          <dt className="text-ink-2">
            {label}
            {changed ? (
              <>
                <span
                  aria-hidden
                  className="ml-1.5 inline-block size-1.5 rounded-full bg-accent align-middle"
                />
                <span className="sr-only"> (changed)</span>
              </>
            ) : null}
          </dt>
          <dd className="num text-right text-sm [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
