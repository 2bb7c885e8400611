import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { createRefusalRecord } from '../auth/record-refusal.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { registerAdminAccess } from './admin-access.ts'
import { registerAdminAudit } from './admin-audit.ts'
import { registerAdminClientTokens } from './admin-client-tokens.ts'
import { registerAdminClients } from './admin-clients.ts'
import { registerAdminCounts } from './admin-counts.ts'
import { registerAdminJobs } from './admin-jobs.ts'
import { registerAdminService } from './admin-service.ts'
import { authenticate, type Identify, identifyByCredentials } from './authenticate.ts'
import { registerAuthority } from './authority.ts'
import { registerBundle } from './bundle.ts'
import { crossOrigin } from './cross-origin.ts'
import { type ReadWebFile, registerDashboard } from './dashboard.ts'
import { recordedErrorResponse } from './error-response.ts'
import { registerExportList } from './export-list.ts'
import { registerFiles } from './files.ts'
import { registerGroupMembers } from './group-members.ts'
import { registerHealth } from './health.ts'
import { registerIngest } from './ingest.ts'
import { registerJobParts } from './job-parts.ts'
import { registerKickOff } from './kick-off.ts'
import { registerMetadata } from './metadata.ts'
import { notingRefusals } from './note-refusal.ts'
import { registerOidc } from './oidc.ts'
import { openAccess } from './open-access.ts'
import { registerOpenApi } from './openapi-document.ts'
import { createPollPace } from './poll-pace.ts'
import { refuseTokenInUrl } from './refuse-token-in-url.ts'
import { createRequestPace, pacing } from './request-pace.ts'
import { registerResource } from './resource.ts'
import type { App, Wake } from './route.ts'
import { securityHeaders } from './security-headers.ts'
import { createSignInPace } from './sign-in-pace.ts'
import { registerStatus } from './status.ts'
import { registerJobSteps } from './steer-jobs.ts'

/** The whole HTTP side. `readWebFile`: where this process has the dashboard, if it has. */
export const createApp = (
  deps: Deps,
  wake: Wake,
  readWebFile?: ReadWebFile,
  identify: Identify = identifyByCredentials,
): App => {
  // A `$` may also come percent-encoded (RFC 3986 section 2.2), which Hono leaves as it is.
  const app = new OpenAPIHono({ getPath: (request) => getPath(request).replaceAll('%24', '$') })
  const recordRefusal = createRefusalRecord(deps)
  app.onError(recordedErrorResponse(deps.log, recordRefusal))
  app.notFound(() => {
    throw new SluiceError('not-found', 'Cannot find this URL: nothing is served here')
  })
  app.use(securityHeaders(deps.config))
  if (deps.config.auth === 'smart' && deps.config.corsOrigins.length > 0) app.use(crossOrigin(deps.config))
  app.use(refuseTokenInUrl())
  if (deps.config.auth === 'open') app.use(openAccess())
  app.use(notingRefusals(recordRefusal))
  app.use(pacing(createRequestPace(deps)))
  app.use(authenticate(deps, identify))
  if (readWebFile !== undefined) registerDashboard(app, deps.config, readWebFile)
  registerKickOff(app, deps, wake)
  registerStatus(app, deps, wake, createPollPace(deps.clock, deps.config.limits.pollBurst))
  registerExportList(app, deps)
  registerFiles(app, deps)
  registerIngest(app, deps)
  registerAdminAccess(app, deps)
  registerAdminJobs(app, deps, wake)
  registerJobParts(app, deps)
  registerJobSteps(app, deps, wake)
  registerAdminCounts(app, deps)
  registerAdminClients(app, deps)
  registerAdminClientTokens(app, deps)
  registerAdminService(app, deps)
  registerAuthority(app, deps)
  registerAdminAudit(app, deps)
  registerOidc(app, deps, createSignInPace(deps.clock))
  registerMetadata(app, deps)
  registerHealth(app, deps)
  registerOpenApi(app, deps.config)
  registerBundle(app, deps)
  registerGroupMembers(app, deps)
  registerResource(app, deps) // last: where FHIR_PATH is the root, every other path looks like a type
  return app
}
