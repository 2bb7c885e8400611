import type { Context } from 'hono'
import { actorOf } from '../auth/principal.ts'
import { auditRefusedSignIn } from '../auth/refused-sign-in.ts'
import type { Deps } from '../deps.ts'
import { hasCode } from '../errors.ts'
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
