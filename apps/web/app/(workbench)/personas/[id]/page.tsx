import type { Metadata } from 'next'
import { PersonaPage } from '../../../../features/persona/persona-page'

export const metadata: Metadata = { title: 'Persona' }

export default async function Route({ params }: PageProps<'/personas/[id]'>) {
  return <PersonaPage id={(await params).id} />
}
