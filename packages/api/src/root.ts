import { agentRouter } from './router/agent'
import { apiKeyRouter } from './router/api-key'
import { auditLogRouter } from './router/audit-log'
import { chatRouter } from './router/chat'
import { datasetRouter } from './router/dataset'
import { deploymentRouter } from './router/deployment'
import { evaluationRouter } from './router/evaluation'
import { invitationRouter } from './router/invitation'
import { labelRouter } from './router/label'
import { liveRouter } from './router/live'
import { memberRouter } from './router/member'
import { modelRouter } from './router/model'
import { overviewRouter } from './router/overview'
import { personaRouter } from './router/persona'
import { runRouter } from './router/run'
import { searchRouter } from './router/search'
import { sessionRouter } from './router/session'
import { userRouter } from './router/user'
import { variantRouter } from './router/variant'
import { workspaceRouter } from './router/workspace'
import { router } from './trpc'

export const appRouter = router({
  agent: agentRouter,
  auditLog: auditLogRouter,
  apiKey: apiKeyRouter,
  chat: chatRouter,
  dataset: datasetRouter,
  deployment: deploymentRouter,
  evaluation: evaluationRouter,
  invitation: invitationRouter,
  label: labelRouter,
  live: liveRouter,
  member: memberRouter,
  model: modelRouter,
  overview: overviewRouter,
  persona: personaRouter,
  run: runRouter,
  search: searchRouter,
  session: sessionRouter,
  user: userRouter,
  variant: variantRouter,
  workspace: workspaceRouter,
})

export type AppRouter = typeof appRouter
