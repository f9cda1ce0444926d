export { cleanUploads, createModelUpload, createUpload } from './create'
export { completeUpload, openUpload } from './receive'
