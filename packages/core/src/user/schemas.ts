import { z } from 'zod'

export const Email = z.string().trim().toLowerCase().max(200).pipe(z.email('This is not an e-mail address.'))

export const CreateUserInput = z.strictObject({
  email: Email,
  name: z.string().trim().min(1, 'Enter a name.').max(80),
  password: z.string().min(10, 'A password needs at least 10 characters.').max(200),
})
export type CreateUserInput = z.infer<typeof CreateUserInput>

export const SignInInput = z.strictObject({
  email: z.string().trim().toLowerCase().max(200),
  password: z.string().max(200),
})
export type SignInInput = z.infer<typeof SignInInput>
