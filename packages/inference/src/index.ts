export { InferenceError } from './error'
export { type Answer, type GenerateRequest, Model, type OpenOptions, openModel, type Sampling } from './model'
export type { Message } from './prompt'
