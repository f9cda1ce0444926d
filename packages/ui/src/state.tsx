import type { ComponentProps, ReactNode } from 'react'
import { Button } from './button'
import { cn } from './cn'

/** `h1` where nothing else on the page is a heading of the page. */
type Heading = 'h1' | 'h2'

/** Shown in place of missing data: what will be here, and how to get it. */
export function EmptyState({
  title,
  heading: Title = 'h2',
  children,
  action,
  className,
}: {
  title: string
  heading?: Heading
  children?: ReactNode
  action?: ReactNode
  className?: string
}) {
  return (
    <div
      className={cn(
        'flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-6 py-12 text-center',
        className,
      )}
    >
      <Title className="title text-xl">{title}</Title>
      {children ? <div className="max-w-md text-ink-2">{children}</div> : null}
      {action ? <div className="mt-1 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  )
}

/** What is needed first, said calmly: nobody has done anything wrong yet. */
export function Notice({
  title,
  children,
  action,
  className,
}: {
  title: string
  children: ReactNode
  action?: ReactNode
  className?: string
}) {
  return (
    <div
      role="status"
      className={cn(
        'flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-lg border border-line bg-sunk px-5 py-4',
        className,
      )}
    >
      <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
        <h2 className="font-semibold">{title}</h2>
        <p className="text-ink-2">{children}</p>
      </div>
      {action}
    </div>
  )
}

export function ErrorState({
  title = 'This could not be shown',
  heading: Title = 'h2',
  message,
  onRetry,
  className,
}: {
  title?: string
  heading?: Heading
  message: string
  onRetry?: () => void
  className?: string
}) {
  return (
    <div
      role="alert"
      className={cn('flex flex-col items-start gap-2 rounded-lg bg-bad-soft px-5 py-4', className)}
    >
      <Title className="font-semibold text-bad">{title}</Title>
      <p className="text-ink">{message}</p>
      {onRetry ? (
        <Button size="sm" onClick={onRetry} className="mt-1">
          Try again
        </Button>
      ) : null}
    </div>
  )
}

export function Skeleton({ className, ...rest }: ComponentProps<'div'>) {
  return (
    <div aria-hidden="true" className={cn('animate-pulse-soft rounded-md bg-sunk', className)} {...rest} />
  )
}
