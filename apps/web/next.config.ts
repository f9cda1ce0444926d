import type { NextConfig } from 'next'

/** The folder of the build to serve; `next build` always writes to `.next`. */
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
  // `npm run check` runs `tsc --noEmit` separately.
  typescript: { ignoreBuildErrors: true },
}

export default config
