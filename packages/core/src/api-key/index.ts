export { createApiKey, listApiKeys, revokeApiKey } from './manage'
export { resolveApiKey } from './resolve'
