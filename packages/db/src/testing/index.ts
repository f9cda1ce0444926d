export { createTestDatabase } from './database'
export * from './factories'
export { freePort, startTestServer } from './server'
