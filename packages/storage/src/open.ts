import { type FolderConfig, openFolderStore } from './folder-store'
import type { S3Config } from './s3-store'
import type { ObjectStore } from './store'

export type ObjectStoreConfig = FolderConfig | S3Config

/** Opens the store of an installation. S3's client is heavy and is loaded only where it is used. */
export async function openObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  if (config.kind === 'folder') return openFolderStore(config)
  const { openS3Store } = await import('./s3-store')
  return openS3Store(config)
}
