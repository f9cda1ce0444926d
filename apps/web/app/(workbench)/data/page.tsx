import type { Metadata } from 'next'
import { DataPage } from '../../../features/dataset/data-page'

export const metadata: Metadata = { title: 'Data' }

export default DataPage
