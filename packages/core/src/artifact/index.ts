export { ArtifactHead } from './path'
export { requireRunningAttempt, type StoredArtifact, storeArtifact } from './store'
