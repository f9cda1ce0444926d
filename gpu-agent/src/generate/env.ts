/** Whether llama.cpp may use a GPU: the one setting of the two processes that load weights. */
export function llamaGpu(): 'auto' | false {
  return process.env.PALATE_LLAMA_GPU === 'off' ? false : 'auto'
}
