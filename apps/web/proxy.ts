import { type NextRequest, NextResponse } from 'next/server'
import { getToken } from 'next-auth/jwt'

/** Pages need a session; requests without one redirect to sign-in and back. Procedures check access again. */
export async function proxy(request: NextRequest) {
  if (await getToken({ req: request })) return NextResponse.next()
  const target = new URL('/sign-in', request.nextUrl)
  const { pathname, search } = request.nextUrl
  if (pathname !== '/') target.searchParams.set('to', `${pathname}${search}`)
  return NextResponse.redirect(target)
}

export const config = {
  matcher: ['/((?!api/|chat|sign-in|socket\\.io|v1/|files/|_next/|icon\\.svg|favicon\\.ico).*)'],
}
