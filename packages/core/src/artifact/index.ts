export { ArtifactHead, requireRunningAttempt, type StoredArtifact, storeArtifact } from './store'
