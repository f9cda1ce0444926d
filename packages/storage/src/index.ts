export { StorageError, type StorageErrorCode } from './error'
export { type ObjectStoreConfig, openObjectStore } from './open'
export * from './store'
