import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tsxArguments } from './tsx'

/** The names of the packages that carry llama.cpp, most common first; npm installs those that fit the machine. */
const packages = ['linux-x64', 'linux-arm64', 'mac-arm64-metal', 'mac-x64']

/** The llama.cpp that serves models here, for a trainer that converts a model to its format or checks a file with it. */
export function llamaFiles(): { bundle: string; library: string | null; check: string[] } {
  const inference = createRequire(createRequire(import.meta.url).resolve('@palate/inference'))
  const runtime = join(dirname(inference.resolve('node-llama-cpp')), '..')
  const program = fileURLToPath(new URL('parity/main.ts', import.meta.url))
  return {
    bundle: join(runtime, 'llama/gitRelease.bundle'),
    library: findLibrary(join(runtime, '..', '@node-llama-cpp')),
    check: [process.execPath, ...tsxArguments(program)],
  }
}

/** The library that can quantize; null where no prebuilt one is installed. */
function findLibrary(folder: string): string | null {
  for (const name of packages) {
    const bins = join(folder, name, 'bins', name)
    const file = list(bins).find((one) => /^libllama\.[\w.]*(so|dylib)$/.test(one))
    if (file) return join(bins, file)
  }
  return null
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
