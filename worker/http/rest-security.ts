import type { Config } from '../config.ts'

/**
 * What the CapabilityStatement says of security: nothing where no token is asked for. The extension is of SMART's first version; clients still look there
 * for the token endpoint before they look for `.well-known/smart-configuration` (SPEC CAP-09).
 */
export const restSecurity = ({ auth, baseUrl, corsOrigins }: Config) =>
  auth === 'open'
    ? {}
    : {
        security: {
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: [{ url: 'token', valueUri: `${baseUrl}/auth/token` }],
            },
          ],
          cors: corsOrigins.length > 0,
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'SMART-on-FHIR',
                },
              ],
            },
          ],
          description:
            'SMART Backend Services: an access token by client_credentials and private_key_jwt. Scopes system/… of version 1 and 2 say which resources may be reached, and what with them.',
        },
      }
