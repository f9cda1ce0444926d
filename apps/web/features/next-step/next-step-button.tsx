'use client'

import { Button } from '@palate/ui'
import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { type Step, useNextStep } from './use-next-step'

/** Starts the next step of the loop, or opens its page. In the top bar it is plain, because a page has one dark button. */
export function NextStepButton({ large = false }: { large?: boolean }) {
  const next = useNextStep()
  const path = usePathname()
  if (!next || (!next.start && path === next.href)) return null
  return (
    <StepButton
      step={{ ...next, hint: next.doubt ?? next.hint }}
      look={large ? 'primary' : 'plain'}
      size={large ? 'lg' : 'md'}
    >
      <span className={large ? undefined : 'max-w-56 truncate max-sm:max-w-44'}>{next.label}</span>
      <ArrowRight aria-hidden />
    </StepButton>
  )
}

/** What may be done instead of the next step. */
export function OtherStepButton({ step }: { step: Step }) {
  return (
    <StepButton step={step} look="plain" size="lg">
      {step.label}
    </StepButton>
  )
}

function StepButton({
  step: { hint, href, start, isStarting },
  look,
  size,
  children,
}: {
  step: Step
  look: 'primary' | 'plain'
  size: 'md' | 'lg'
  children: ReactNode
}) {
  if (start) {
    return (
      <Button look={look} size={size} busy={isStarting} onClick={start} title={hint}>
        {children}
      </Button>
    )
  }
  return (
    <Button asChild look={look} size={size}>
      <Link href={href} title={hint}>
        {children}
      </Link>
    </Button>
  )
}
