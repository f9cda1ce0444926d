import type { Metadata } from 'next'
import { PersonasPage } from '../../../features/persona/personas-page'

export const metadata: Metadata = { title: 'Personas' }

export default PersonasPage
