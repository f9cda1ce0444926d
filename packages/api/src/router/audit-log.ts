import { getAuditSetting, listAudit, setAuditDays } from '@palate/core'
import { ListAuditInput, SetAuditDaysInput } from '@palate/core/audit-log/schemas'
import { router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('audit:read')

export const auditLogRouter = router({
  list: read.input(ListAuditInput).query(({ ctx, input }) => listAudit(ctx.service, input)),
  setting: read.query(({ ctx }) => getAuditSetting(ctx.service)),
  keep: workspaceProcedure('workspace:own')
    .input(SetAuditDaysInput)
    .mutation(({ ctx, input }) => setAuditDays(ctx.service, input)),
})
