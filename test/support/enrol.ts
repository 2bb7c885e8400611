import { expect } from 'vitest'
import { z } from 'zod'

/** Enrols by a link at a running server, and returns the access key of the administrator. */
export const enrol = async (url: string, link: string): Promise<string> => {
  const answer = await postAsPage(`${url}/admin/api/enrolment`, {
    secret: new URL(link).hash.slice(1),
    step: 'access-key',
  })
  return z.object({ accessKey: z.string() }).parse(await answer.json()).accessKey
}

/** Makes the first administrator of a running server by its `SETUP_TOKEN`, and returns his access key. */
export const setUpAdministrator = async (url: string, setupToken: string): Promise<string> => {
  const made = await postAsPage(`${url}/admin/api/setup`, { setupToken, name: 'Ada' })
  expect(made.status).toBe(201)
  return enrol(url, z.object({ link: z.string() }).parse(await made.json()).link)
}

/** As a page of the service posts it. */
export const postAsPage = (url: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sluice-form': '1' },
    body: JSON.stringify(body),
  })

/** Registers a client at a running server, as the administrator whose headers these are, and returns its id. */
export const registerAt = async (
  url: string,
  admin: Readonly<Record<string, string>>,
  registration: object,
): Promise<string> => {
  const registered = await fetch(`${url}/admin/api/clients`, {
    method: 'POST',
    headers: { ...admin, 'content-type': 'application/json' },
    body: JSON.stringify(registration),
  })
  expect(registered.status).toBe(201)
  return z.object({ clientId: z.string() }).parse(await registered.json()).clientId
}
