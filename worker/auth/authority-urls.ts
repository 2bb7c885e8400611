import type { Config } from '../config.ts'

/**
 * The URLs of the authorization server, as clients see them: from the configuration alone, never from what a request says of its host, so
 * that no assertion made for another server is good here. The issuer is the service itself, whatever `FHIR_PATH` is.
 */
export const authorityUrls = ({ baseUrl }: Pick<Config, 'baseUrl'>) =>
  ({
    issuer: baseUrl,
    token: `${baseUrl}/auth/token`,
    introspection: `${baseUrl}/auth/introspect`,
    revocation: `${baseUrl}/auth/revoke`,
    keys: `${baseUrl}/auth/jwks`,
  }) as const
