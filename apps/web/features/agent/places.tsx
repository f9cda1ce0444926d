import { Dot } from '@palate/ui'
import Link from 'next/link'
import type { Agent } from './types'

/** What runs in a place, with the way there. */
export function PlaceLink({ place }: { place: Agent['places'][number] }) {
  return (
    <Link
      href={`/training/${place.id}`}
      className="inline-flex items-center gap-1.5 text-accent hover:underline"
    >
      <Dot live /> run {place.number} · {place.name}
    </Link>
  )
}
