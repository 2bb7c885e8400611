import { request } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { errorTable, SluiceError } from '../../worker/errors.ts'
import { openAccess } from '../../worker/http/open-access.ts'

const app = new Hono()
  .use(openAccess())
  .all('*', (c) => c.text('served'))
  .onError((error, c) => {
    if (!(error instanceof SluiceError)) throw error
    return c.text(error.message, errorTable[error.code].status)
  })

type Headers = Readonly<Record<string, string>>

const ask = (headers: Headers, method = 'GET', url = 'http://localhost/fhir/$export') =>
  app.request(url, { method, headers })

const local = { host: 'localhost:8080' }

describe('the host of a request under AUTH=open', () => {
  it.each([
    'localhost',
    'LOCALHOST:8080',
    'sluice.localhost',
    'a.b-c.localhost:80',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.255.254.3',
    '[::1]',
    '[::1]:65535',
  ])('may be %j', async (host) => {
    expect((await ask({ host })).status).toBe(200)
  })

  it.each([
    '',
    'example.org',
    '0.0.0.0',
    '[::]',
    '10.0.0.1',
    '126.0.0.1',
    '128.0.0.1',
    '127.0.0.1.evil.com',
    '127.0.0.256',
    '127.0.0.01',
    '127.1',
    '127.0.0.1.',
    '0x7f.0.0.1',
    '2130706433',
    'localhost.evil.com',
    'evil-localhost',
    'evillocalhost',
    'localhost.',
    '.localhost',
    'a..localhost',
    '-.localhost',
    'localhost:',
    'localhost:65536',
    'localhost:80:80',
    'localhost:8o',
    'localhost evil.com',
    'localhost,evil.com',
    'localhost@evil.com',
    'evil.com@localhost',
    'user:pass@localhost',
    'localhost/evil.com',
    'localhost#evil.com',
    'http://localhost',
    '::1',
    '::1:80',
    '[::1',
    '[::1]evil.com',
    '[::1].evil.com',
    '[::ffff:127.0.0.1]',
    '[::2]',
    'ｌocalhost',
  ])('must not be %j', async (host) => {
    // A header must be Latin-1 to be sent at all; what is not arrives as other characters.
    const response = await ask({ host: Buffer.from(host).toString('latin1') })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('AUTH=open serves this machine only')
  })

  it('must be there', async () => {
    expect((await ask({})).status).toBe(403)
  })

  it('is checked in the URL as well as in the header', async () => {
    expect((await ask(local, 'GET', 'http://evil.com/')).status).toBe(403)
  })

  it('does not bring control characters into the message', async () => {
    const text = await (await ask({ host: `evil\x85${'x'.repeat(500)}` })).text()
    expect(text).toContain('"evil?xxx')
    expect(text.length).toBeLessThan(250)
  })
})

describe('a forwarded request under AUTH=open', () => {
  it.each([
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Port',
    'X-Forwarded-Server',
    'X-Forwarded',
    'X-Original-Forwarded-For',
    'X-Real-IP',
    'Via',
    'CF-Connecting-IP',
    'True-Client-IP',
    'CDN-Loop',
    'X-Client-IP',
  ])('is refused for its header %s, even an empty one', async (name) => {
    for (const value of ['127.0.0.1', '']) {
      const response = await ask({ ...local, [name]: value })
      expect(response.status).toBe(403)
      expect(await response.text()).toContain(`"${name.toLowerCase()}"`)
    }
  })
})

describe('a page of another site under AUTH=open', () => {
  it.each(['http://localhost:8080', 'http://127.0.0.1:5173', 'https://app.localhost', 'http://[::1]:1'])(
    'is not meant by origin %s',
    async (origin) => {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        expect((await ask({ ...local, origin }, method)).status).toBe(200)
      }
    },
  )

  it.each([
    'https://evil.com',
    'null',
    '',
    'http://localhost.evil.com',
    'http://evil.com/http://localhost',
    'http://localhost, http://evil.com',
    'file://localhost',
    'chrome-extension://localhost',
  ])('is refused for origin %j, whatever the method', async (origin) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask({ ...local, origin }, method)).status).toBe(403)
    }
  })

  const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
  const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

  it('may not load the service as an image or a frame, which browsers ask for without an origin', async () => {
    expect((await ask({ ...local, ...image })).status).toBe(403)
    expect((await ask({ ...local, ...frame })).status).toBe(403)
    expect((await ask({ ...local, ...link }, 'POST')).status).toBe(403)
  })

  it('may link to the service', async () => {
    expect((await ask({ ...local, ...link })).status).toBe(200)
    expect((await ask({ ...local, ...image, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })
})

describe('on a real Node server', () => {
  it('serves a loopback host and refuses another one, also in an absolute request line', async () => {
    const { server, port } = await listen()
    const statusOf = (host: string, path = '/') =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        sent.on('error', reject).end()
      })
    try {
      expect(await statusOf(`localhost:${port}`)).toBe(200)
      expect(await statusOf('localhost.evil.com')).toBe(403)
      expect(await statusOf('127.1')).not.toBe(200)
      expect(await statusOf('user@localhost')).not.toBe(200)
      expect(await statusOf('localhost', 'http://evil.com/')).not.toBe(200)
    } finally {
      server.close()
    }
  })
})

const listen = (): Promise<{ server: ReturnType<typeof serve>; port: number }> =>
  new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ server, port }),
    )
  })
