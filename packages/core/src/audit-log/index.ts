export { formatAudit } from './format'
export { listAudit, readAudit } from './list'
export { getAuditSetting, pruneAudit, setAuditDays } from './setting'
