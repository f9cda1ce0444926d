import { sessionSeconds, signIn, signOut, toFailure } from '@palate/core'
import type { NextAuthOptions } from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { deps } from './deps'
import { readOrigin } from './origin'

/**
 * Sign-in by email and password. The cookie names a session in the database (`sid`) and is worth nothing without it:
 * a cookie that was copied ends with its session. next-auth makes the cookie `Secure` where NEXTAUTH_URL is https.
 */
export const authOptions: NextAuthOptions = {
  session: { strategy: 'jwt', maxAge: sessionSeconds },
  pages: { signIn: '/sign-in' },
  providers: [
    Credentials({
      credentials: { email: { type: 'email' }, password: { type: 'password' } },
      async authorize(credentials, { headers = {} }) {
        const { email = '', password = '' } = credentials ?? {}
        try {
          const found = await signIn(
            await deps(),
            { email, password },
            readOrigin(new Headers(headers as Record<string, string>)),
          )
          return found && { id: found.userId, sid: found.sessionId, name: found.name, email: found.email }
        } catch (error) {
          // next-auth shows the message of an error to the user.
          const { message, remedy } = toFailure(error, (await deps()).log, 'sign-in')
          throw new Error([message, remedy].filter(Boolean).join(' '))
        }
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => (user && 'sid' in user ? { ...token, sub: user.id, sid: user.sid } : token),
    /** Only the name of the session: `findSession` asks the database whether it still lasts. */
    session: ({ session, token }) => ({ expires: session.expires, sid: token.sid }),
  },
  events: {
    async signOut({ token }) {
      if (typeof token?.sid === 'string') await signOut(await deps(), token.sid)
    },
  },
  logger: {
    // Called for each cookie that nobody signed, so anyone can make it write: the code alone says what it was.
    error: (code) => void deps().then(({ log }) => log.warn({ code }, 'a sign-in request was refused')),
    warn: () => undefined,
    debug: () => undefined,
  },
}
