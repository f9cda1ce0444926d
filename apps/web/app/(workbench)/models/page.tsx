import type { Metadata } from 'next'
import { ModelsPage } from '../../../features/model/models-page'

export const metadata: Metadata = { title: 'Models' }

export default ModelsPage
