export { createTestDatabase, type TestDatabase } from './database'
export * from './factories'
export { freePort, startTestServer } from './server'
