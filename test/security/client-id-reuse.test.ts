import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Harness, type Manifest, pathOf } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

let h: Harness
beforeEach(async () => {
  h = await createSmartHarness()
  await h.load([{ resourceType: 'Patient', id: 'p' }])
})
afterEach(() => h.close())

const jwk = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'one',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

test('A client that takes the id of one that was deleted gets nothing of it, and administrators still do', async () => {
  const admin = h.as(administrator())
  const register = () =>
    admin('/admin/api/clients', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId: 'etl', name: 'ETL', jwks: { keys: [jwk] }, scopes: ['system/*.rs'] }),
    })
  expect((await register()).status).toBe(201)
  const etl = h.as(clientWith('system/*.rs', { clientId: 'etl' }))
  const kickOff = { headers: { 'idempotency-key': 'nightly' } }
  const location = async () => (await etl('/fhir/$export', kickOff)).headers.get('content-location') ?? ''
  const status = pathOf(await location())
  while (await h.tick()) h.clock.advance(0)
  const manifest: Manifest = await (await etl(status)).json()
  const places = [status, pathOf(manifest.output[0]?.url ?? '')]
  for (const place of places) expect((await etl(place)).status).toBe(200)

  const registered = await admin('/admin/api/clients/etl')
  const headers = { 'if-match': registered.headers.get('etag') ?? '' }
  expect((await admin('/admin/api/clients/etl', { method: 'DELETE', headers })).status).toBe(204)
  expect((await register()).status).toBe(201)

  for (const place of places) expect((await etl(place)).status).toBe(404)
  expect((await etl(status, { method: 'DELETE' })).status).toBe(404)
  expect(await (await etl('/fhir/$export-status')).json()).toMatchObject({ exports: [] })
  const id = status.split('/').at(-1)
  expect((await etl(`/fhir/$export?_since=job:${id}`)).status).toBe(400)
  expect(pathOf(await location())).not.toBe(status)
  for (const place of places) expect((await admin(place)).status).toBe(200)
})
