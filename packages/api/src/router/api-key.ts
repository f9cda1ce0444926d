import { createApiKey, listApiKeys, revokeApiKey } from '@palate/core'
import { ApiKeyRef, CreateApiKeyInput } from '@palate/core/api-key/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const keys = workspaceProcedure('apiKey:own')

export const apiKeyRouter = router({
  list: keys.query(({ ctx }) => listApiKeys(ctx.service)),
  create: keys.input(CreateApiKeyInput).mutation(creates(createApiKey)),
  revoke: keys.input(ApiKeyRef).mutation(({ ctx, input }) => revokeApiKey(ctx.service, input)),
})
