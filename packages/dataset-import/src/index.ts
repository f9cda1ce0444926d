export { DatasetImportError } from './error'
export { type ImportOptions, type ImportResult, importRecipes } from './import'
export { readExamples } from './read-examples'
export { sniffFormat } from './sniff'
export {
  type DropReason,
  type Example,
  type ImportFormat,
  type ImportProfile,
  type ImportProgress,
  importFormats,
} from './types'
