import { expect } from 'vitest'
import { z } from 'zod'
import { bearer } from '../support/bearer.ts'
import { postAsPage, setUpAdministrator } from '../support/enrol.ts'
import type { Manifest } from '../support/harness.ts'
import { populationLines } from '../support/population.ts'
import { setupToken } from '../support/principals.ts'
import {
  type Credentials,
  completed,
  countsOf,
  type FlowResult,
  fingerprint,
  kickOff,
  load,
  type Running,
} from './flow.ts'
import { createClientAt, type SmartClient } from './smart-client.ts'

const patients = 40
const laboratory = 30

/** Every third Observation of these is none of the laboratory. */
const linesToLoad = (): readonly string[] => [
  ...populationLines(patients),
  ...Array.from({ length: (laboratory * 3) / 2 }, (_, i) => {
    const category = [{ coding: [{ code: i % 3 === 2 ? 'survey' : 'laboratory' }] }]
    return JSON.stringify({ resourceType: 'Observation', id: `lab${i}`, status: 'final', category })
  }),
]

export const expectedCounts = { Observation: laboratory, Patient: patients }

const scopes = ['system/Observation.rs?category=laboratory', 'system/Patient.rs']

export type Scene = {
  readonly fileAccess: 'proxy' | 'capability'
  /** Keys that the service is to have by a URL, for the other of two clients. */
  readonly keySet: NonNullable<Parameters<typeof createClientAt>[2]['keySet']>
}

/**
 * What happens where `AUTH=smart`, from the first administrator to the last file: he sets up, enrols, signs in, loads and registers; a
 * client gets a token, exports what it may, and nobody else gets at it.
 */
export const runSmartFlow = async ({ url }: Running, { fileAccess, keySet }: Scene): Promise<FlowResult> => {
  const accessKey = await setUpAdministrator(url, setupToken)
  const admin = bearer(accessKey)
  await expectSignIn(url, accessKey)
  await load(url, linesToLoad(), admin)
  const client = await createClientAt(url, admin, { scopes })
  const other = await createClientAt(url, admin, { scopes, keySet })
  const token = await expectOneUse(client)
  const mine = bearer(token)
  const others = bearer(await other.token())

  await expectNobody(url, '/fhir/$export')
  const status = await kickOff(url, mine)
  const manifest = await completed(url, status, mine)
  expect((await ask(url, status, others)).status).toBe(404)
  await expectNobody(url, status)
  expect(manifest.requiresAccessToken).toBe(fileAccess === 'proxy')
  const open = fileAccess === 'proxy' ? downloadByToken : downloadByCapability
  const hashes: string[] = []
  for (const { url: link, count } of manifest.output) {
    const text = await open(url, link, mine, others)
    expect(text.split('\n').length).toBe(count + 1)
    hashes.push(await fingerprint(link, text))
  }
  await expectDownloadsAudited(url, admin, client, manifest)
  await expectEnd(url, status, client, token)
  return { counts: countsOf(manifest), hashes }
}

const ask = (url: string, link: string, who: Credentials, method = 'GET'): Promise<Response> => {
  const { pathname, search } = new URL(link, url)
  // What no proxy of ours has said is nobody's address.
  return fetch(url + pathname + search, { method, headers: { ...who, 'x-forwarded-for': '203.0.113.9' } })
}

const expectNobody = async (url: string, path: string): Promise<void> => {
  for (const who of [{}, bearer('not-a-token')]) {
    const refused = await ask(url, path, who)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer /)
  }
}

const expectSignIn = async (url: string, accessKey: string): Promise<void> => {
  const signedIn = await postAsPage(`${url}/admin/api/session`, { way: 'access-key', accessKey })
  expect(signedIn.status).toBe(200)
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const session: unknown = await (await ask(url, '/admin/api/session', { cookie })).json()
  expect(session).toMatchObject({ administrator: { name: 'Ada', role: 'admin', method: 'access-key' } })
  expect((await ask(url, '/admin/api/clients', { cookie })).status).toBe(200)
  expect((await ask(url, '/admin/api/clients', { cookie: `${cookie}x` })).status).toBe(401)
}

/** An assertion is good for one token. */
const expectOneUse = async (client: SmartClient): Promise<string> => {
  const assertion = await client.assertion()
  const first = await client.ask(assertion)
  expect(first.status).toBe(200)
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await first.json())
  const again = await client.ask(assertion)
  expect([again.status, await again.json()]).toEqual([
    401,
    expect.objectContaining({ error: 'invalid_client' }),
  ])
  return token
}

const downloadByToken = async (
  url: string,
  link: string,
  mine: Credentials,
  others: Credentials,
): Promise<string> => {
  await expectNobody(url, link)
  expect((await ask(url, link, others)).status).toBe(404)
  const response = await ask(url, link, mine)
  expect(response.status).toBe(200)
  return response.text()
}

/** Whoever has the URL has the file; nobody has another. */
const downloadByCapability = async (url: string, link: string, _mine: Credentials): Promise<string> => {
  const { pathname, searchParams } = new URL(link)
  await expectNobody(url, pathname)
  const later = Number(searchParams.get('expires')) + 1
  const forged = new URLSearchParams({
    expires: String(later),
    signature: searchParams.get('signature') ?? '',
  })
  expect((await ask(url, `${pathname}?${forged}`, {})).status).toBe(403)
  const response = await ask(url, link, {})
  expect(response.status).toBe(200)
  return response.text()
}

/** Who took what, and from where: the peer of the connection, whatever a stranger says. */
const expectDownloadsAudited = async (
  url: string,
  admin: Credentials,
  client: SmartClient,
  { output, requiresAccessToken }: Manifest,
): Promise<void> => {
  const read = async (query: string) =>
    auditList.parse(await (await ask(url, `/admin/api/audit?${query}`, admin)).json()).events
  const downloads = await read('action=export.download&outcome=success')
  expect(downloads.length).toBe(output.length)
  const everything = await read('count=500')
  expect(everything.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(5)
  const exported = await read('action=export.kick-off&outcome=success')
  expect(exported.map(({ actor }) => actor)).toEqual([
    expect.objectContaining({ kind: 'client', id: client.clientId }),
  ])
  if (requiresAccessToken)
    for (const { actor } of downloads) expect(actor).toMatchObject({ kind: 'client', id: client.clientId })
  const asked = everything.filter(({ actor }) => actor.kind !== 'system')
  expect(new Set(asked.map(({ source }) => source))).toEqual(new Set(['127.0.0.1']))
}

const auditList = z.object({
  events: z.array(
    z.object({
      outcome: z.string(),
      actor: z.object({ kind: z.string(), id: z.string().optional() }),
      source: z.string().optional(),
    }),
  ),
})

const expectEnd = async (url: string, status: string, client: SmartClient, token: string): Promise<void> => {
  expect((await client.revoke(token)).status).toBe(200)
  expect((await ask(url, status, bearer(token))).status).toBe(401)
  const fresh = bearer(await client.token())
  expect((await ask(url, status, fresh)).status).toBe(200)
  expect((await ask(url, status, fresh, 'DELETE')).status).toBe(202)
  expect((await ask(url, status, fresh)).status).toBe(404)
}
