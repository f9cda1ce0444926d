import { NextRequest } from 'next/server'
import { encode } from 'next-auth/jwt'
import { expect, it, vi } from 'vitest'
import { config, proxy } from './proxy'

const secret = 'a secret that only the tests know'
vi.stubEnv('NEXTAUTH_SECRET', secret)
vi.stubEnv('NEXTAUTH_URL', 'http://localhost:3000')

const ask = (path: string, cookie?: string) =>
  proxy(new NextRequest(`http://localhost:3000${path}`, cookie ? { headers: { cookie } } : {}))
const signedIn = `next-auth.session-token=${await encode({ token: { sub: 'user_1' }, secret })}`

const policyOf = (response: Response) => response.headers.get('content-security-policy') ?? ''
const nonceOf = (response: Response) => /'nonce-([^']+)'/.exec(policyOf(response))?.[1]

it.each(['/sign-in', '/chat', '/chat/turn_1', '/', '/runs', '/no/such/page', '/chat/no/such'])(
  '%s has a policy with a nonce of its own, which Next gets too',
  async (path) => {
    const [first, second] = [await ask(path, signedIn), await ask(path, signedIn)]
    expect(policyOf(first)).toContain("frame-ancestors 'none'")
    expect(policyOf(first)).not.toMatch(/script-src[^;]*unsafe/)
    expect(nonceOf(first)).toMatch(/^[\w+/=]{40,}$/)
    expect(nonceOf(first)).not.toBe(nonceOf(second))
    expect(first.headers.get('x-middleware-request-x-nonce')).toBe(nonceOf(first))
    expect(first.headers.get('x-middleware-request-content-security-policy')).toBe(policyOf(first))
  },
)

it('sends people without a session to sign-in and back, also with a policy', async () => {
  const response = await ask('/runs/run_1?tab=logs')
  expect(response.status).toBe(307)
  expect(response.headers.get('location')).toBe(
    'http://localhost:3000/sign-in?to=%2Fruns%2Frun_1%3Ftab%3Dlogs',
  )
  expect(policyOf(response)).toContain('script-src')
  expect((await ask('/runs', 'next-auth.session-token=forged')).status).toBe(307)
  expect((await ask('/chatter')).status).toBe(307)
})

it('runs for pages, not for files, the API and the hub', () => {
  const matches = (path: string) => config.matcher.some((one) => new RegExp(`^${one}$`).test(path))
  expect(['/', '/chat', '/sign-in', '/nope', '/_next/nope'].every(matches)).toBe(true)
  expect(['/api/trpc/x', '/_next/static/a.js', '/v1/models', '/files/health'].some(matches)).toBe(false)
})
