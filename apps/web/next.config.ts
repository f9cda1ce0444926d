import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { NextConfig } from 'next'
import { PHASE_PRODUCTION_SERVER } from 'next/constants'

const hub = process.env.HUB_URL ?? 'http://127.0.0.1:3201'
/** Where the build that is to be served lies; `next build` itself always writes to `.next`. */
const distDir = process.env.PALATE_WEB_DIST ?? '.next'

const beforeFiles = [
  { source: '/socket.io', destination: `${hub}/socket.io/` },
  { source: '/socket.io/:path*', destination: `${hub}/socket.io/:path*` },
  { source: '/v1/:path*', destination: `${hub}/v1/:path*` },
  { source: '/files/:path*', destination: `${hub}/files/:path*` },
]

/**
 * `next build` bakes rewrites into its manifest, but where the hub listens is known only at start. So the start
 * writes the address into the manifest, which Next reads right after this file.
 */
function pointAtHub(manifestPath: string): void {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))
  const destinations = new Map(beforeFiles.map(({ source, destination }) => [source, destination]))
  for (const rewrite of manifest.rewrites.beforeFiles) {
    rewrite.destination = destinations.get(rewrite.source) ?? rewrite.destination
  }
  writeFileSync(`${manifestPath}.${process.pid}`, JSON.stringify(manifest))
  renameSync(`${manifestPath}.${process.pid}`, manifestPath)
}

export default function config(phase: string): NextConfig {
  if (phase === PHASE_PRODUCTION_SERVER) pointAtHub(`${distDir}/routes-manifest.json`)
  return {
    distDir,
    reactStrictMode: true,
    poweredByHeader: false,
    transpilePackages: [
      '@palate/api',
      '@palate/config',
      '@palate/core',
      '@palate/db',
      '@palate/protocol',
      '@palate/recipe',
      '@palate/stats',
      '@palate/storage',
      '@palate/ui',
    ],
    serverExternalPackages: [
      '@node-rs/argon2',
      'postgres',
      'graphile-worker',
      'flydrive',
      '@aws-sdk/client-s3',
    ],
    // The type check is `tsc --noEmit`, which is a check of its own.
    typescript: { ignoreBuildErrors: true },
    // A trailing slash belongs to socket.io's own path; a redirect would lose the upgrade.
    skipTrailingSlashRedirect: true,
    rewrites: async () => ({ beforeFiles, afterFiles: [], fallback: [] }),
  }
}
