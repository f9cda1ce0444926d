import type { Metadata } from 'next'
import { SharedTurn } from '../../../features/chat/shared-turn'

export const metadata: Metadata = { title: 'Recipe' }

export default async function Route({ params }: { params: Promise<{ turnId: string }> }) {
  return <SharedTurn turnId={(await params).turnId} />
}
