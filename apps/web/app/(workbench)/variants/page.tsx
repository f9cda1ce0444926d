import type { Metadata } from 'next'
import { VariantsPage } from '../../../features/variant/variants-page'

export const metadata: Metadata = { title: 'Variants' }

export default VariantsPage
