export { exportAudit as GET } from '../../../auth/export-audit'

export const dynamic = 'force-dynamic'
