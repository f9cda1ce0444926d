export { type StoredArtifact, storeArtifact } from './store'
