import { newId, type Transaction, user } from '@palate/db'
import { DomainError } from '../error'
import { hashPassword } from './password'
import { CreateUserInput } from './schemas'

/**
 * Adds an account. No scope is checked, because only the installation itself calls this.
 *
 * @throws DomainError `conflict` when the address is taken
 */
export async function createUser(tx: Transaction, raw: CreateUserInput): Promise<{ id: string }> {
  const input = CreateUserInput.parse(raw)
  const passwordHash = await hashPassword(input.password)
  const [row] = await tx
    .insert(user)
    .values({ id: newId('user'), email: input.email, name: input.name, passwordHash })
    .onConflictDoNothing({ target: user.email })
    .returning({ id: user.id })
  if (!row)
    throw new DomainError('conflict', `${input.email} has an account already.`, 'Sign in with it instead.')
  return row
}
