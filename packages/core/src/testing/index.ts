export { createTestDeps, type TestDeps } from './deps'
export { createAgent, createKitchen, type Kitchen } from './kitchen'
export { createAnsweredBatch, createFinishedRun, createModel, createVegan, deliver } from './taste'
