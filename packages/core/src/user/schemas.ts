import { z } from 'zod'

/** Before letters become small: some that only look like others would become them. */
const asciiOnly = /^[\x20-\x7e]*$/
export const Email = z
  .string()
  .trim()
  .max(200)
  .regex(asciiOnly, 'Use an e-mail address of plain letters, digits and signs.')
  .toLowerCase()
  .pipe(z.email('This is not an e-mail address.'))

export const NewPassword = z.string().min(10, 'A password needs at least 10 characters.').max(200)

export const CreateUserInput = z.strictObject({
  email: Email,
  name: z.string().trim().min(1, 'Enter a name.').max(80),
  password: NewPassword,
})
export type CreateUserInput = z.infer<typeof CreateUserInput>

export const SignInInput = z.strictObject({
  email: z.string().trim().toLowerCase().max(200),
  password: z.string().max(200),
})
export type SignInInput = z.infer<typeof SignInInput>

/** Where a person signs in from. Both come from the network, so they are cut. */
export const Origin = z.object({
  address: z.string().transform((text) => text.slice(0, 64)),
  userAgent: z.string().transform((text) => text.slice(0, 300)),
})
export type Origin = z.infer<typeof Origin>

export const SessionRef = z.strictObject({ id: z.string().max(60) })
export type SessionRef = z.infer<typeof SessionRef>

export interface UserSessionView {
  id: string
  address: string
  userAgent: string
  createdAt: Date
  lastSeenAt: Date
  /** Whether the caller uses this one. */
  current: boolean
}

export const ChangePasswordInput = z.strictObject({
  current: z.string().min(1, 'Enter your current password.').max(200),
  next: NewPassword,
})
export type ChangePasswordInput = z.infer<typeof ChangePasswordInput>

export const ReauthenticateInput = z.strictObject({
  password: z.string().min(1, 'Enter your password.').max(200),
})
export type ReauthenticateInput = z.infer<typeof ReauthenticateInput>

export interface RecentAuthView {
  until: Date | null
}
