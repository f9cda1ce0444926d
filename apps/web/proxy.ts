import { type NextRequest, NextResponse } from 'next/server'
import { getToken } from 'next-auth/jwt'

/** Pages that need no sign-in. */
const openPages = /^\/(chat|sign-in|invite)(\/|$)/

/**
 * Runs before every page, also one that does not exist. Pages need a session; requests without one redirect to sign-in
 * and back. Procedures check access again. Each page gets a nonce of its own: Next puts it on the scripts that it
 * writes, where it finds the policy in the request.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = btoa(crypto.randomUUID())
  const policy = contentSecurityPolicy(nonce)
  const response = (await isAllowed(request)) ? showPage(request, nonce, policy) : redirectToSignIn(request)
  response.headers.set('content-security-policy', policy)
  return response
}

async function isAllowed(request: NextRequest): Promise<boolean> {
  return openPages.test(request.nextUrl.pathname) || (await getToken({ req: request })) !== null
}

function showPage(request: NextRequest, nonce: string, policy: string): NextResponse {
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  return NextResponse.next({ request: { headers } })
}

function redirectToSignIn(request: NextRequest): NextResponse {
  const target = new URL('/sign-in', request.nextUrl)
  const { pathname, search } = request.nextUrl
  if (pathname !== '/') target.searchParams.set('to', `${pathname}${search}`)
  return NextResponse.redirect(target)
}

/** Styles may be inline: React writes `style` attributes, and they cannot run anything. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

export const config = {
  matcher: ['/((?!api/|socket\\.io|v1/|files/|_next/static|_next/image|icon\\.svg|favicon\\.ico).*)'],
}
