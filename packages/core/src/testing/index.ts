export { createTestDeps, type TestDeps } from './deps'
export { createAnsweredBatch, createFinishedRun, createModel, createVegan, deliver } from './fixtures'
export { createMachine, gpu, hardwareWith, queueRun } from './queue'
export { createAgent, createWorkspaceFixture, type WorkspaceFixture } from './workspace-fixture'
