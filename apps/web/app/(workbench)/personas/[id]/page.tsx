import type { Metadata } from 'next'
import { PersonaPage } from '../../../../features/persona/persona-page'

export const metadata: Metadata = { title: 'Persona' }

export default async function Route({ params }: { params: Promise<{ id: string }> }) {
  return <PersonaPage id={(await params).id} />
}
