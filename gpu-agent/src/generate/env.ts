/** Whether llama.cpp may look for a GPU: the one setting of the two processes that hold weights. */
export function llamaGpu(): 'auto' | false {
  return process.env.PALATE_LLAMA_GPU === 'off' ? false : 'auto'
}
