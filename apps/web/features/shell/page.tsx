import { cn, Logo } from '@palate/ui'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'

/** It stands there once the overview is read; a page needs it not to be drawn. */
const NextStepButton = dynamic(
  () => import('../next-step/next-step-button').then((module) => module.NextStepButton),
  { loading: () => null },
)

export type Crumb = { name: string; href?: string }

/** The frame of a page: crumbs, title, actions and content. */
export function Page({
  crumbs,
  bar,
  title,
  lead,
  actions,
  wide = true,
  guided = true,
  children,
}: {
  crumbs: readonly Crumb[]
  /** Shown at the right of the top bar. */
  bar?: ReactNode
  title?: ReactNode
  lead?: ReactNode
  actions?: ReactNode
  wide?: boolean
  /** Whether the top bar shows the next step. */
  guided?: boolean
  children: ReactNode
}) {
  return (
    <>
      <div className="flex min-h-13 items-center gap-3 border-b border-line px-4 py-2 sm:px-6">
        <Link href="/" aria-label="Overview" className="lg:hidden">
          <Logo word={false} />
        </Link>
        <p className="flex min-w-0 items-center gap-1.5 text-ink-2">
          {crumbs.map((crumb, index) => (
            <Fragment key={crumb.name}>
              {index > 0 ? <span aria-hidden="true">/</span> : null}
              {crumb.href ? (
                <Link href={crumb.href} className="hover:text-ink">
                  {crumb.name}
                </Link>
              ) : (
                <b className="truncate font-semibold text-ink">{crumb.name}</b>
              )}
            </Fragment>
          ))}
        </p>
        <div className="ml-auto flex shrink-0 items-center gap-3">
          {bar}
          {guided ? <NextStepButton /> : null}
        </div>
      </div>
      <div
        className={cn(
          'flex w-full flex-col gap-5 px-4 py-5 sm:px-6 sm:py-6',
          wide ? 'max-w-[1360px]' : 'max-w-4xl',
        )}
      >
        {title ? (
          <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
            <div className="flex min-w-0 flex-col gap-1">
              <h1 className="title text-2xl">{title}</h1>
              {lead ? <p className="max-w-2xl text-ink-2">{lead}</p> : null}
            </div>
            {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
          </header>
        ) : null}
        {children}
      </div>
    </>
  )
}
