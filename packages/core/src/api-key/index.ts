export { createApiKey } from './create'
export { listApiKeys } from './list'
export { resolveApiKey } from './resolve'
export { revokeApiKey } from './revoke'
