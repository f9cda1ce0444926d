export * from './client'
export * from './id'
export { migrateDatabase } from './migrate'
export * from './schema'
