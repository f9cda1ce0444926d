/** A request that the model cannot answer, with a message for the person who asked. */
export class InferenceError extends Error {
  constructor(
    readonly code: 'prompt_too_long' | 'bad_request' | 'bad_model' | 'disposed',
    message: string,
  ) {
    super(message)
    this.name = 'InferenceError'
  }
}
