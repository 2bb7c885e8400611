import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { errorResponse } from './error-response.ts'
import { registerFiles } from './files.ts'
import { registerHealth } from './health.ts'
import { registerIngest } from './ingest.ts'
import { registerKickOff } from './kick-off.ts'
import { registerMetadata } from './metadata.ts'
import { openAccess } from './open-access.ts'
import { registerOpenApi } from './openapi-document.ts'
import { registerResource } from './resource.ts'
import type { App } from './route.ts'
import { registerStatus } from './status.ts'

/** The whole HTTP side. `wake` is how a request rouses the engine: it must return at once. */
export const createApp = (deps: Deps, wake: () => void): App => {
  // A `$` may also come percent-encoded (RFC 3986 section 2.2), which Hono leaves as it is.
  const app = new OpenAPIHono({ getPath: (request) => getPath(request).replaceAll('%24', '$') })
  app.onError(errorResponse(deps.log))
  app.notFound(() => {
    throw new SluiceError('not-found', 'Cannot find this URL: nothing is served here')
  })
  app.use(openAccess())
  registerKickOff(app, deps, wake)
  registerStatus(app, deps, wake)
  registerFiles(app, deps)
  registerIngest(app, deps)
  registerMetadata(app, deps)
  registerResource(app, deps)
  registerHealth(app, deps)
  registerOpenApi(app, deps.config)
  return app
}
