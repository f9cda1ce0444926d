import type { NextConfig } from 'next'

/** Where the hub listens. Baked in by `next build`, so a build is good for one address of the hub. */
const hub = process.env.HUB_URL ?? 'http://127.0.0.1:3201'

const config: NextConfig = {
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
  serverExternalPackages: ['@node-rs/argon2', 'postgres'],
  typescript: { ignoreBuildErrors: true },
  // A trailing slash belongs to socket.io's own path; a redirect would lose the upgrade.
  skipTrailingSlashRedirect: true,
  rewrites: async () => ({
    beforeFiles: [
      { source: '/socket.io', destination: `${hub}/socket.io/` },
      { source: '/socket.io/:path*', destination: `${hub}/socket.io/:path*` },
      { source: '/v1/:path*', destination: `${hub}/v1/:path*` },
      { source: '/files/:path*', destination: `${hub}/files/:path*` },
    ],
    afterFiles: [],
    fallback: [],
  }),
}

export default config
