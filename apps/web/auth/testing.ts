/** The environment that the web app's own routes read, for tests that call them without a server. */
export function webEnv(databaseUrl: string, storage: string): Record<string, string> {
  const secret = 'a secret that only the tests know'
  return {
    DATABASE_URL: databaseUrl,
    PALATE_SECRET: secret,
    NEXTAUTH_SECRET: secret,
    NEXTAUTH_URL: 'http://localhost',
    PALATE_STORAGE: storage,
  }
}
