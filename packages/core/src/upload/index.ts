export { cleanUploads } from './clean'
export { completeUpload } from './complete'
export { createUpload } from './create'
export { openUpload } from './open'
