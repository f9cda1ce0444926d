import { Dot } from '@palate/ui'
import Link from 'next/link'
import type { Agent } from './types'

/** What runs in a slot, with the way there. */
export function SlotLink({ slot }: { slot: Agent['slots'][number] }) {
  return (
    <Link href={`/runs/${slot.id}`} className="inline-flex items-center gap-1.5 text-accent hover:underline">
      <Dot live /> run {slot.number} · {slot.name}
    </Link>
  )
}
