export { CorpusError } from './error'
export { type ImportOptions, type ImportResult, importRecipes } from './import'
export { readExamples } from './read-examples'
export { sniffFormat } from './sniff'
export {
  type CorpusFormat,
  type CorpusProfile,
  type CorpusProgress,
  corpusFormats,
  type DropReason,
  dropReasons,
  type Example,
} from './types'
