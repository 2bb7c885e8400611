import { OpenAPIHono } from '@hono/zod-openapi'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { errorResponse } from './error-response.ts'
import { registerFiles } from './files.ts'
import { registerIngest } from './ingest.ts'
import { registerKickOff } from './kick-off.ts'
import { openAccess } from './open-access.ts'
import { registerResource } from './resource.ts'
import type { App } from './route.ts'
import { registerStatus } from './status.ts'

/** The whole HTTP side. `wake` is how a request rouses the engine: it must return at once. */
export const createApp = (deps: Deps, wake: () => void): App => {
  const app = new OpenAPIHono()
  app.onError(errorResponse(deps.log))
  app.notFound(() => {
    throw new SluiceError('not-found', 'Cannot find this URL: nothing is served here')
  })
  app.use(openAccess())
  registerKickOff(app, deps, wake)
  registerStatus(app, deps, wake)
  registerFiles(app, deps)
  registerIngest(app, deps)
  registerResource(app, deps)
  return app
}
