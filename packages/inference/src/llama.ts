import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp'

let instance: Promise<Llama> | null = null

/** One llama.cpp per process, from the prebuilt binaries only: nothing is compiled or downloaded at run time. */
export function sharedLlama(gpu: 'auto' | false): Promise<Llama> {
  instance ??= getLlama({
    build: 'never',
    skipDownload: true,
    // On a machine without a GPU, Vulkan may find a software renderer, far slower than the CPU itself.
    gpu: gpu === 'auto' ? { type: 'auto', exclude: ['vulkan'] } : gpu,
    logLevel: LlamaLogLevel.error,
    progressLogs: false,
  })
  return instance
}
