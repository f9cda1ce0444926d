export { cleanUploads, createUpload } from './create'
export { completeUpload, openUpload } from './receive'
