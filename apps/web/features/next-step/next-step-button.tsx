'use client'

import { Button } from '@palate/ui'
import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useNextStep } from './use-next-step'

/** Starts the next step of the loop, or opens its page. In the top bar it is plain, because a page has one dark button. */
export function NextStepButton({ large = false }: { large?: boolean }) {
  const next = useNextStep()
  const path = usePathname()
  if (!next || (!next.start && path === next.href)) return null
  const { label, href, start, isStarting } = next
  const hint = next.doubt ?? next.hint
  const size = large ? 'lg' : 'md'
  const look = large ? 'primary' : 'plain'
  const text = (
    <>
      <span className={large ? undefined : 'max-w-56 truncate max-sm:max-w-44'}>{label}</span>
      <ArrowRight aria-hidden />
    </>
  )
  if (start) {
    return (
      <Button look={look} size={size} busy={isStarting} onClick={start} title={hint}>
        {text}
      </Button>
    )
  }
  return (
    <Button asChild look={look} size={size}>
      <Link href={href} title={hint}>
        {text}
      </Link>
    </Button>
  )
}
