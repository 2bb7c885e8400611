import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { filePaths, pagePaths, webHeaders } from '../../worker/http/dashboard.ts'
import { webFiles } from '../../worker/process/web-files.ts'
import { createHarness, type Harness } from '../support/harness.ts'

const web = join(import.meta.dirname, '../../web')

let h: Harness
let folder: string
beforeAll(async () => {
  h = await createHarness()
  folder = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  await mkdir(join(folder, '_app/immutable'), { recursive: true })
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Sluice</title>')
  await writeFile(join(folder, '_app/immutable/bundle.abc.js'), 'export {}')
  await writeFile(join(folder, 'theme.js'), '// theme')
  await writeFile(join(folder, 'icon.svg'), '<svg/>')
})
afterAll(async () => {
  h.close()
  await rm(folder, { recursive: true })
})

const ask = (
  path: string,
  headers: Record<string, string> = {},
  fhirPath = '/fhir',
  root = folder,
  method = 'GET',
) => {
  const config = { ...h.deps.config, fhirPath }
  return createApp({ ...h.deps, config }, () => {}, webFiles(root)).request(path, {
    method,
    headers: { host: 'localhost', ...headers },
  })
}

describe('The dashboard', () => {
  test.each(['/', '/jobs', '/jobs/5f0f2c0e', '/new', '/data', '/sign-in', '/enrol', '/account'])(
    'has a page at %s',
    async (path) => {
      for (const fhirPath of ['/fhir', '']) {
        const response = await ask(path, {}, fhirPath)
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
        expect(response.headers.get('cache-control')).toBe('no-cache')
        for (const [name, value] of Object.entries(webHeaders)) expect(response.headers.get(name)).toBe(value)
        expect(await response.text()).toContain('<title>Sluice</title>')
      }
    },
  )

  test.each(['/', '/jobs', '/jobs/5f0f2c0e', '/new', '/data', '/theme.js'])(
    'says at %s that it can only be read',
    async (path) => {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const response = await ask(path, {}, '/fhir', folder, method)
        expect(response.status).toBe(405)
        expect(response.headers.get('allow')).toBe('GET, HEAD')
      }
    },
  )

  test('leaves the root to bundles, where FHIR is there', async () => {
    expect((await ask('/', {}, '', folder, 'POST')).status).not.toBe(405)
  })

  test('has the pages that web/ has, and no other', async () => {
    const names = await readdir(join(web, 'src/routes'), { recursive: true })
    const routes = names
      .filter((name) => name.endsWith('+page.svelte'))
      .map((name) => `/${name.split(/[\\/]/).slice(0, -1).join('/')}`.replace(/\[(\w+)\]/g, ':$1'))
    expect([...pagePaths].sort()).toEqual(routes.sort())
  })

  test('keeps files whose name tells their content for a year, and asks for the others anew', async () => {
    const script = await ask('/_app/immutable/bundle.abc.js')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const page = await ask('/')
    const etag = page.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    const again = await ask('/', { 'if-none-match': etag })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })

  test.each([
    '/fhir/nothing',
    '/fhir/Patient/1/_history/x',
    '/admin/api/nothing',
    '/nothing',
    '/job',
    '/health/x',
    '/_app/immutable/old.js',
    '/_app/../../package.json',
    '/_app/%2e%2e/%2e%2e/package.json',
  ])('leaves %s an error of the API', async (path) => {
    const response = await ask(path, { accept: 'text/html' })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' })
  })

  test('is for this machine only, as all else is with AUTH=open', async () => {
    expect((await ask('/', { host: 'sluice.example.org' })).status).toBe(403)
    expect((await ask('/', { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
    const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
    expect((await ask('/', frame)).status).toBe(403)
  })

  test('that is not built says how to build it, and is there once it is', async () => {
    const root = join(folder, 'later')
    const read = webFiles(root)
    const app = createApp(h.deps, () => {}, read)
    const missing = await app.request('/', { headers: { host: 'localhost' } })
    expect(missing.status).toBe(404)
    expect(await missing.text()).toContain('npm run build:web')
    await mkdir(root)
    await writeFile(join(root, 'index.html'), 'built')
    expect(await (await app.request('/', { headers: { host: 'localhost' } })).text()).toBe('built')
  })
})

describe('The build of the dashboard', () => {
  test('has a policy that runs nothing but its own files, and asks nobody else', async () => {
    const html = await readFile(join(web, 'build/index.html'), 'utf8')
    const policy = /http-equiv="content-security-policy" content="([^"]*)"/.exec(html)?.[1] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+'(;|$)/)
    expect(policy).not.toContain('unsafe-inline')
    expect(html).not.toMatch(/https?:\/\//)
  })

  test('is small', async () => {
    const names = await readdir(join(web, 'build/_app/immutable'), { recursive: true, withFileTypes: true })
    const files = names.filter((entry) => entry.isFile())
    const bytes = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
    expect(bytes.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(300_000)
  })

  test('is told to Workers by the same paths, so that all others are answered by the Worker', async () => {
    const text = await readFile(join(web, '../wrangler.toml'), 'utf8')
    const [, list = ''] = /^run_worker_first = (\[.*\])$/m.exec(text) ?? []
    const paths = [...pagePaths, ...filePaths].map((path) => `!${path.replace(':id', '*')}`)
    expect(JSON.parse(list)).toEqual(['/*', ...paths])
  })

  test('tells Workers, which serve it as assets, the headers that other processes send', async () => {
    const text = await readFile(join(web, 'build/_headers'), 'utf8')
    for (const [name, value] of Object.entries(webHeaders)) expect(text).toContain(`  ${name}: ${value}\n`)
  })
})
