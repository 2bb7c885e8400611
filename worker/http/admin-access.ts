import type { Deps } from '../deps.ts'
import { registerAdminAccessKeys } from './admin-access-keys.ts'
import { registerAdminAdministrators } from './admin-administrators.ts'
import { registerAdminEnrolment } from './admin-enrolment.ts'
import { registerAdminPasskeys } from './admin-passkeys.ts'
import { registerAdminSession } from './admin-session.ts'
import { registerAdminSessions } from './admin-sessions.ts'
import type { App } from './route.ts'
import { createSignInPace } from './sign-in-pace.ts'

/** All of `/admin/api` by which administrators come in, and are kept out. */
export const registerAdminAccess = (app: App, deps: Deps): void => {
  const pace = createSignInPace(deps.clock)
  registerAdminSession(app, deps, pace)
  registerAdminEnrolment(app, deps, pace)
  registerAdminAdministrators(app, deps)
  registerAdminAccessKeys(app, deps)
  registerAdminPasskeys(app, deps, pace)
  registerAdminSessions(app, deps)
}
