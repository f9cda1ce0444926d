export { createTestDeps, type TestDeps } from './deps'
export { createAgent, createKitchen, type Kitchen } from './kitchen'
export { createBox, gpu, hardwareWith, queueRun } from './queue'
export { createAnsweredBatch, createFinishedRun, createModel, createVegan, deliver } from './taste'
