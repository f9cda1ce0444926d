/**
 * Dense bf16 tensor throughput (float16 where the device has no bf16) in TFLOP/s, without sparsity, from NVIDIA's data
 * sheets and architecture white papers. The first name that a device's name contains counts.
 */
export const devicePeaks: readonly (readonly [name: string, teraflops: number])[] = [
  ['B200', 2250],
  ['H200', 989.4],
  ['H100 PCIe', 756],
  ['H100 NVL', 835],
  ['H100', 989.4],
  ['A100', 312],
  ['A40', 149.7],
  ['A10G', 70],
  ['A10', 125],
  ['L40S', 362],
  ['L40', 181],
  ['L4', 121],
  ['RTX 6000 Ada', 364.2],
  ['RTX A6000', 154.8],
  ['RTX 4090', 165.2],
  ['RTX 3090', 71],
  ['V100', 125],
  ['T4', 65],
]

/** Peak of a device in FLOP/s, or null for one that is not in the table (no CPU is). */
export function findPeakFlops(deviceName: string): number | null {
  const found = devicePeaks.find(([name]) => new RegExp(`\\b${name}(?![0-9A-Za-z])`, 'i').test(deviceName))
  return found ? found[1] * 1e12 : null
}
