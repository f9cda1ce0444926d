import { createApiKey, listApiKeys, revokeApiKey } from '@palate/core'
import { ApiKeyRef, CreateApiKeyInput } from '@palate/core/api-key/schemas'
import { router, workspaceProcedure } from '../trpc'

const keys = workspaceProcedure('apiKey:write')

export const apiKeyRouter = router({
  list: keys.query(({ ctx }) => listApiKeys(ctx.service)),
  create: keys.input(CreateApiKeyInput).mutation(({ ctx, input }) => createApiKey(ctx.service, input)),
  revoke: keys.input(ApiKeyRef).mutation(({ ctx, input }) => revokeApiKey(ctx.service, input)),
})
