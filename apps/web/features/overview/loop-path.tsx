import { cn } from '@palate/ui'
import { Check } from 'lucide-react'
import Link from 'next/link'
import type { Outputs } from '../../lib/trpc'

type Station = Outputs['overview']['get']['stations'][number]

const marks: Record<string, string> = {
  done: 'border-good bg-good-soft text-good',
  live: 'border-accent bg-accent text-on-accent shadow-[0_0_0_5px_var(--accent-soft)]',
  next: 'border-ink bg-card text-ink shadow-[0_0_0_5px_var(--sunk)]',
}

/** The nine stations as a path, with the state of each: done, in progress, next. */
export function LoopPath({ stations }: { stations: readonly Station[] }) {
  return (
    <ol
      aria-label="The loop"
      className="relative grid gap-x-1 gap-y-4 max-lg:before:absolute max-lg:before:top-4 max-lg:before:bottom-4 max-lg:before:left-[17px] max-lg:before:w-[1.5px] max-lg:before:bg-line-strong lg:grid-cols-9 lg:before:absolute lg:before:top-[17px] lg:before:right-[5.5%] lg:before:left-[5.5%] lg:before:h-[1.5px] lg:before:bg-line-strong"
    >
      {stations.map((station, index) => (
        <li key={station.key} className="relative min-w-0">
          <Link
            href={station.href}
            aria-current={station.state === 'next' ? 'step' : undefined}
            className="group flex items-center gap-3.5 rounded-md lg:flex-col lg:gap-2.5 lg:text-center"
          >
            <span
              className={cn(
                'title grid size-8.5 shrink-0 place-items-center rounded-full border-[1.5px] border-line-strong bg-card text-md leading-none text-ink-3',
                marks[station.state],
              )}
            >
              {station.state === 'done' ? (
                <Check className="size-4" strokeWidth={2.5} aria-label="done" />
              ) : (
                index + 1
              )}
            </span>
            <span className="flex min-w-0 flex-col">
              <b
                className={cn(
                  'font-semibold group-hover:text-accent',
                  station.state === 'waiting' && 'text-ink-2',
                )}
              >
                {station.title}
              </b>
              <span className="num text-xs text-ink-3">{station.detail}</span>
            </span>
          </Link>
        </li>
      ))}
    </ol>
  )
}
