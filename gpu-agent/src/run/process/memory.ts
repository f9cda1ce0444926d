import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunFailure, RunKind } from '@palate/protocol'

/** What libraries print when an allocation fails: PyTorch on CUDA and on the CPU, cuBLAS, C++, Python, llama.cpp. */
const allocationFailure =
  /CUDA out of memory|torch\.(cuda\.)?OutOfMemoryError|CUBLAS_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation|DefaultCPUAllocator: can't allocate memory|std::bad_alloc|^MemoryError|cudaMalloc failed: out of memory|ErrorOutOfDeviceMemory/m

export const isOutOfMemory = (text: string): boolean => allocationFailure.test(text)

/**
 * How many processes the kernel has killed because memory ran out: on the machine, and in this agent's control group (a
 * container's limit is one). Null where no counter can be read. If the count rises during a run and its trainer was
 * killed, memory was the reason.
 */
export async function countOomKills(root = '/'): Promise<number | null> {
  const groups = (await read(root, 'proc/self/cgroup')).split('\n').map((line) => line.split(':'))
  const files = groups.flatMap(([, controllers, path]) => {
    if (path === undefined) return []
    if (controllers === '') return [`sys/fs/cgroup${path}/memory.events`, 'sys/fs/cgroup/memory.events']
    if (controllers?.split(',').includes('memory'))
      return [`sys/fs/cgroup/memory${path}/memory.oom_control`, 'sys/fs/cgroup/memory/memory.oom_control']
    return []
  })
  const texts = await Promise.all(['proc/vmstat', ...files].map((file) => read(root, file)))
  const counts = texts.flatMap((text) => /^oom_kill (\d+)$/m.exec(text)?.[1] ?? []).map(Number)
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0)
}

/** The failure with a remedy; `where` names the memory that was too small. */
export function outOfMemory(kind: RunKind, where: 'gpu' | 'machine'): RunFailure {
  const memory = where === 'gpu' ? 'The GPU' : 'The machine'
  const also = where === 'gpu' ? 'End other programs on that GPU' : 'End other programs on that machine'
  return {
    code: 'out_of_memory',
    message: `${memory} ran out of memory, so the ${kind === 'generate' ? 'model' : 'trainer'} was ended.`,
    remedy: `${remedies[kind]} ${also}, or use a larger one.`,
  }
}

const tuning =
  'Lower the maximum length, set the precision to NF4 and gradient checkpointing to on, or tune a smaller model.'
const remedies: Record<RunKind, string> = {
  pretrain: 'Lower the batch size, the maximum length or the hidden size.',
  ...{ sft: tuning, dpo: tuning, kto: tuning },
  ...{ import: 'Choose a smaller model.', generate: 'Choose a smaller model.' },
  probe: 'Measure with smaller matrices.',
}

async function read(root: string, file: string): Promise<string> {
  return readFile(join(root, file), 'utf8').catch(() => '')
}
