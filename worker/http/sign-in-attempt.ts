import type { Context } from 'hono'
import { actorOf } from '../auth/principal.ts'
import { auditRefusedSignIn } from '../auth/refused-sign-in.ts'
import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import type { SignInPace } from './sign-in-pace.ts'

/** Tries to sign somebody in: by a page of ours, not too often, and what is refused is told to the audit. */
export const attempt = async <T>(
  c: Context,
  deps: Deps,
  pace: SignInPace,
  method: string,
  work: () => Promise<T>,
): Promise<T> => {
  const source = c.get('source')
  pace.begin(source)
  try {
    const done = await work()
    pace.forgive(source)
    return done
  } catch (error) {
    if (hasCode(error, 'invalid-token')) {
      const record = pace.record()
      if (record !== undefined)
        await auditRefusedSignIn(deps, { actor: actorOf(undefined, source), method, ...record })
    } else pace.forgive(source)
    throw error
  }
}

/** With `AUTH=open` there is nothing to sign in to: nobody shall look for what is wrong with his credentials. */
export const assertSignsIn = ({ config }: Pick<Deps, 'config'>): void => {
  if (config.auth === 'open')
    throw new SluiceError(
      'not-found',
      'Cannot sign in: with AUTH=open nobody signs in here, and all of the service is open to this machine',
    )
}
