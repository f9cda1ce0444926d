import type { Metadata } from 'next'
import { LabelsPage } from '../../../features/label/labels-page'

export const metadata: Metadata = { title: 'Labels' }

export default LabelsPage
