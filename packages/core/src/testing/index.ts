export { createTestDeps, type TestDeps } from './deps'
export { createAgent, createKitchen, type Kitchen } from './kitchen'
