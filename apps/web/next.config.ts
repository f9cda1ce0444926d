import type { NextConfig } from 'next'

/** Where the build that is to be served lies; `next build` itself always writes to `.next`. */
const distDir = process.env.PALATE_WEB_DIST ?? '.next'

const config: NextConfig = {
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
}

export default config
