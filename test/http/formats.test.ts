import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.put({ resourceType: 'Patient', id: 'p' })
})
afterAll(() => h.close())

const reads = ['Patient/p', 'Patient/p/_history/1', 'Patient/p/_history', 'metadata']
const get = (path: string, headers: Record<string, string> = {}) => h.request(`/fhir/${path}`, { headers })

describe('Every read', () => {
  test.each([
    '',
    '*/*',
    'application/*',
    'application/fhir+json',
    'application/json',
    'text/json',
    'application/json+fhir',
    'Application/FHIR+JSON; charset=UTF-8; q=0.5',
    'application/fhir+json; fhirVersion=4.0',
    'application/fhir+xml, application/fhir+json;q=0.1',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  ])('sends FHIR JSON to Accept: %s', async (accept) => {
    for (const path of reads) {
      const response = await get(path, { accept })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    }
  })

  test.each([
    'application/fhir+xml',
    'text/html',
    'application/fhir+json;q=0',
    'application/fhir+json; fhirVersion=5.0',
    'application/fhir+xml, */*;q=0',
    'application/fhir+ndjson',
  ])('is 406 for Accept: %s', async (accept) => {
    for (const path of reads) await expectOutcome(await get(path, { accept }), 406, 'not-supported')
  })

  test.each(['json', 'application/json', 'application/fhir%2Bjson', 'application/fhir+json'])(
    'takes _format=%s, which overrides Accept, and _pretty',
    async (format) => {
      for (const path of reads) {
        const response = await get(`${path}?_format=${format}&_pretty=true`, {
          accept: 'application/fhir+xml',
        })
        expect(response.status).toBe(200)
      }
    },
  )

  test.each(['xml', 'application/fhir%2Bxml', 'ttl', 'html', '', 'json&_format=xml'])(
    'is 406 for _format=%s',
    async (format) => {
      for (const path of reads)
        await expectOutcome(await get(`${path}?_format=${format}`), 406, 'not-supported')
    },
  )
})
