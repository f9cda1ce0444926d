'use client'

import { Button } from '@palate/ui'
import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useNextStep } from './use-next-step'

/** The one dark button that says what comes next: it does it, or leads to where it is done. */
export function NextStepButton({ large = false }: { large?: boolean }) {
  const next = useNextStep()
  const path = usePathname()
  if (!next || (!next.start && path === next.href)) return null
  const { label, hint, href, start, isStarting } = next
  const size = large ? 'lg' : 'md'
  const text = (
    <>
      <span className={large ? undefined : 'max-w-56 truncate max-sm:max-w-32'}>{label}</span>
      <ArrowRight aria-hidden />
    </>
  )
  if (start) {
    return (
      <Button look="primary" size={size} busy={isStarting} onClick={start} title={hint}>
        {text}
      </Button>
    )
  }
  return (
    <Button asChild look="primary" size={size}>
      <Link href={href} title={hint}>
        {text}
      </Link>
    </Button>
  )
}
