import { DomainError, verifySignIn } from '@palate/core'
import type { NextAuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { deps } from './deps'

/** Sign-in by email and password, kept in a signed cookie for 14 days. */
export const authOptions: NextAuthOptions = {
  session: { strategy: 'jwt', maxAge: 14 * 24 * 3600 },
  pages: { signIn: '/sign-in' },
  providers: [
    Credentials({
      credentials: { email: { type: 'email' }, password: { type: 'password' } },
      async authorize(credentials) {
        const { email = '', password = '' } = credentials ?? {}
        try {
          const found = await verifySignIn(await deps(), { email, password })
          return found && { id: found.userId, name: found.name, email: found.email }
        } catch (error) {
          // next-auth shows the message of an error to the user; only domain errors may be shown.
          if (error instanceof DomainError)
            throw new Error([error.message, error.remedy].filter(Boolean).join(' '))
          const { log } = await deps()
          log.error({ error }, 'sign-in failed')
          throw new Error('Sign-in failed because of a server error. Try again in a minute.')
        }
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => (user ? { ...token, sub: user.id } : token),
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub ?? '' } }),
  },
}
