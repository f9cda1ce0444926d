import type { Metadata } from 'next'
import { DatasetsPage } from '../../../features/dataset/datasets-page'

export const metadata: Metadata = { title: 'Datasets' }

export default DatasetsPage
