import { createRefusals } from '../auth/refusals.ts'
import type { Deps } from '../deps.ts'
import { registerIntrospection } from './introspect.ts'
import { registerJwks } from './jwks.ts'
import { registerRevocation } from './revoke.ts'
import type { App } from './route.ts'
import { registerSmartConfiguration } from './smart-configuration.ts'
import { registerToken } from './token.ts'

/** The authorization server. With `AUTH=open` its routes say that there is none. */
export const registerAuthority = (app: App, deps: Deps): void => {
  const refuse = createRefusals(deps)
  registerToken(app, deps, refuse)
  registerIntrospection(app, deps, refuse)
  registerRevocation(app, deps, refuse)
  registerJwks(app, deps)
  registerSmartConfiguration(app, deps)
}
