export { importDataset } from './import'
export {
  failImport,
  finishImport,
  type ImportResult,
  listOpenImports,
  recordImportProgress,
  startImport,
} from './import-job'
export { importSample } from './import-sample'
export { type DatasetDetail, getDataset, getDatasetVersion, listDatasets } from './read'
export { removeImport } from './remove-import'
