export { createProbe } from './create-probe'
export {
  isStillEnrolled,
  mayServeObject,
  requestRotation,
  resolveAgent,
  rotateCredential,
} from './credential'
export { createEnrollmentCode, enrollAgent } from './enroll'
export { helloAgent } from './hello'
export { listAgents, readGauges } from './list'
export {
  announceSilentAgents,
  disconnectAgent,
  drainAgent,
  recordHardware,
  touchAgent,
} from './presence'
export { recordCheckpoints } from './record-checkpoints'
export { revokeAgent } from './revoke'
export { setAgentPrice } from './set-price'
