import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn'

export function Card({ className, ...rest }: ComponentProps<'section'>) {
  return (
    <section
      className={cn('min-w-0 rounded-lg border border-line bg-card shadow-lift', className)}
      {...rest}
    />
  )
}

export function CardHead({
  title,
  aside,
  className,
}: {
  title: ReactNode
  aside?: ReactNode
  className?: string
}) {
  return (
    <header
      className={cn('flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4.5 pt-4', className)}
    >
      <h2 className="flex min-w-0 flex-wrap items-center gap-2 text-base font-semibold">{title}</h2>
      {aside ? <div className="num text-sm text-ink-2">{aside}</div> : null}
    </header>
  )
}

export function CardBody({ className, ...rest }: ComponentProps<'div'>) {
  return <div className={cn('px-4.5 py-4', className)} {...rest} />
}
