export * from './base'
