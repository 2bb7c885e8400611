import { expect, test } from 'vitest'
import { createHarness } from '../support/harness.ts'
import { smartEnvironment } from '../support/principals.ts'

const restOf = async (environment: Parameters<typeof createHarness>[3]) => {
  const h = await createHarness({}, undefined, undefined, environment)
  try {
    const response = await h.request('/fhir/metadata')
    expect(response.status).toBe(200)
    const { rest } = await response.json()
    return rest[0]
  } finally {
    h.close()
  }
}

test('The CapabilityStatement says where tokens come from, where they are asked for (CAP-09)', async () => {
  const { security } = await restOf(smartEnvironment)
  expect(security).toMatchObject({
    cors: false,
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
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [{ url: 'token', valueUri: 'http://127.0.0.1:8080/auth/token' }],
      },
    ],
  })
})

test('The CapabilityStatement says that pages of others may ask, where some may', async () => {
  const { security } = await restOf({ ...smartEnvironment, CORS_ORIGINS: 'https://app.example' })
  expect(security.cors).toBe(true)
})

test('The CapabilityStatement says nothing of security where no token is asked for', async () => {
  expect(await restOf({})).not.toHaveProperty('security')
})
