import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { type RunningServer, serve } from '../../worker/node.ts'
import { load } from '../runtime/flow.ts'
import { problemsOf } from '../support/check-page.ts'
import { browserProgram, launchChromium, openPage } from '../support/chromium.ts'
import { howToGetBrowser, isBrowserRequired } from '../support/find-browser.ts'
import { onDisk } from '../support/on-disk.ts'
import { populationLines } from '../support/population.ts'

const shots = process.env.SCREENSHOTS ?? ''

describe('The browser tests', () => {
  test.skipIf(browserProgram === undefined && !isBrowserRequired)('have a browser', () => {
    expect(browserProgram, howToGetBrowser).toBeDefined()
  })
})

describe.skipIf(browserProgram === undefined)('The dashboard in Chromium', { timeout: 60_000 }, () => {
  let folder: string
  let server: RunningServer
  /** A row a tick: some seconds, of which the page sees one after the other. */
  const patients = 240
  let browser: Browser
  let context: BrowserContext
  let page: Page
  /** What the browser's console had to say: errors of scripts, and what the page's policy has refused. */
  let complaints: string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-browser-'))
    // A row a tick, so that an export takes long enough to be watched, and to be cancelled.
    const environment = {
      PORT: '0',
      ...onDisk(folder),
      LOG_LEVEL: 'error',
      TICK_ROWS: '1',
      PAGE_ROWS: '1',
    }
    server = await serve(loadConfig(environment, 'node'))
    await load(server.config.baseUrl, populationLines(patients))
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    ;({ context, page, complaints } = await openPage(browser, server.config.baseUrl, 20_000))
    page.on('request', (request) => {
      if (!request.url().startsWith(server.config.baseUrl))
        complaints.push(`asked ${new URL(request.url()).origin}`)
    })
  })
  afterEach(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })

  const startExport = async (): Promise<string> => {
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.getByRole('button', { name: 'Cancel export' }).waitFor()
    return page.url().split('/').at(-1) ?? ''
  }
  /** Waits little: the export may have been completed just now. */
  const percentOf = async (): Promise<number> =>
    Number(/(\d+) %/.exec((await page.getByText(/\d+ %, /).textContent({ timeout: 1000 })) ?? '')?.[1])

  test('starts an export, shows how it goes on until it is done, and hands out its files', async () => {
    await page.goto('/')
    await page.getByText('No export has been asked for').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'New export' }).click()
    await page.getByLabel('Find a type').fill('enc')
    expect(await page.getByRole('checkbox', { name: /Patient/ }).count()).toBe(0)
    await page.getByRole('checkbox', { name: /Encounter/ }).check()
    await page.getByLabel('Find a type').fill('')
    await page.getByRole('checkbox', { name: /^Patient/ }).check()
    await page.getByText("/fhir/$export?_type=Encounter,Patient'").waitFor()
    const id = await startExport()

    const seen = new Set<number>()
    await expect
      .poll(
        async () => {
          if (await page.getByText('Completed', { exact: true }).first().isVisible()) return 'completed'
          seen.add(await percentOf().catch(() => 0))
          return 'running'
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBe('completed')
    expect(seen.size, 'progress was seen to move').toBeGreaterThan(1)

    const table = page.getByRole('table', { name: 'Files' })
    expect(await table.getByRole('row').allInnerTexts()).toEqual([
      expect.stringContaining('Name'),
      expect.stringMatching(/^Encounter-1\.ndjson\s+Encounter\s+240\s/),
      expect.stringMatching(/^Patient-1\.ndjson\s+Patient\s+240\s/),
    ])
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download Patient-1.ndjson' }).click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('Patient-1.ndjson')
    const manifest = await (await fetch(`${server.config.baseUrl}/fhir/$export-status/${id}`)).json()
    const { url } = manifest.output.find(({ type }: { type: string }) => type === 'Patient')
    expect(await readFile(await download.path(), 'utf8')).toBe(await (await fetch(url)).text())

    await page.getByRole('link', { name: 'Jobs' }).first().click()
    await page.getByRole('link', { name: new RegExp(id.slice(0, 8)) }).waitFor()
  })

  test('cancels an export, once it was said what is lost', async () => {
    await page.goto('/new')
    const id = await startExport()
    await page.getByRole('button', { name: 'Cancel export' }).click()
    const dialog = page.getByRole('dialog', { name: 'Cancel this export?' })
    await dialog.getByText(/cannot be brought back/).waitFor()
    expect(await page.locator(':focus').textContent()).toBe('Let it run')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    expect((await fetch(`${server.config.baseUrl}/fhir/$export-status/${id}`)).status).toBe(202)

    await page.getByRole('button', { name: 'Cancel export' }).click()
    await dialog.getByRole('button', { name: 'Cancel export' }).click()
    await page.waitForURL('**/jobs')
    expect((await fetch(`${server.config.baseUrl}/fhir/$export-status/${id}`)).status).toBe(404)
    expect(await page.getByRole('link', { name: new RegExp(id.slice(0, 8)) }).count()).toBe(0)
    const gone = await page.goto(`/jobs/${id}`)
    expect(gone?.status()).toBe(200)
    await page.getByText('This export is not here').waitFor()
    expect(complaints.splice(0)).toEqual([expect.stringContaining('404')])
  })

  test('shows at its field what the service refuses, and keeps what was typed', async () => {
    await page.goto('/new')
    await page.getByRole('radio', { name: /A Group/ }).check()
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.getByText('Which Group?').waitFor()
    await page.getByLabel('Group id').fill('nobody')
    await page.getByLabel(/Changed after/).fill('yesterday')
    await page.getByRole('button', { name: 'Start export' }).click()
    await page
      .getByRole('alert')
      .getByText(/_since/)
      .waitFor()
    expect(await page.locator(':focus').getAttribute('id')).toBe('since')
    expect(await page.getByLabel(/Changed after/).inputValue()).toBe('yesterday')

    await page.getByLabel(/Changed after/).fill('')
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.getByRole('alert').getByText('Cannot export Group/nobody: there is none').waitFor()
    expect(await page.getByLabel('Group id').inputValue()).toBe('nobody')

    await page.getByRole('radio', { name: /Patients/ }).check()
    await page.getByLabel(/Only these patients/).fill('p1, nobody')
    await page.getByRole('button', { name: 'Start export' }).click()
    await page
      .getByRole('alert')
      .getByText(/Patient\/nobody: there is none/)
      .waitFor()
    await page.getByLabel(/Only these patients/).fill('p1\nPatient/p2')
    await page.getByText('2 patients').waitFor()
    const id = await startExport()
    await page.getByRole('heading', { name: /Patients/ }).waitFor()
    await fetch(`${server.config.baseUrl}/fhir/$export-status/${id}`, { method: 'DELETE' })
    const refusals = complaints.splice(0)
    expect(refusals.length).toBeGreaterThanOrEqual(3)
    for (const refusal of refusals) expect(refusal).toMatch(/ 40[04] /)
  })

  test('asks again for what a job was asked for, but never for all patients where some were listed', async () => {
    const reference = (id: string) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } })
    const started = await fetch(`${server.config.baseUrl}/fhir/Patient/$export`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json', prefer: 'respond-async' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [{ name: '_type', valueString: 'Encounter' }, reference('p1'), reference('p2')],
      }),
    })
    const statusUrl = started.headers.get('content-location') ?? ''
    await page.goto(`/new?from=${statusUrl.split('/').at(-1)}`)
    await page.getByText('The other request listed 2 patients').waitFor()
    expect(await page.getByRole('radio', { name: /Patients/ }).isChecked()).toBe(true)
    expect(await page.getByRole('checkbox', { name: /Encounter/ }).isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.getByRole('alert').getByText('Which patients?').waitFor()

    await page.getByRole('link', { name: 'New export' }).click()
    await page.getByText('None is chosen').waitFor()
    expect(await page.getByRole('radio', { name: /Everything/ }).isChecked()).toBe(true)
    await fetch(statusUrl, { method: 'DELETE' })

    await page.goto('/new?from=nothing')
    await page.getByText('The other export cannot be repeated').waitFor()
    expect(complaints.splice(0)).toEqual([expect.stringContaining('404')])
  })

  test('goes on from the last export of the same, and from no other', async () => {
    const started = await fetch(`${server.config.baseUrl}/fhir/$export?_type=Group`)
    const statusUrl = started.headers.get('content-location') ?? ''
    await expect.poll(async () => (await fetch(statusUrl)).status, { timeout: 20_000 }).toBe(200)
    const { transactionTime } = await (await fetch(statusUrl)).json()
    await page.goto('/new?type=Group')
    const offer = page.getByRole('button', { name: /Since the last export of the same/ })
    await offer.waitFor()
    await page.getByRole('checkbox', { name: /^Patient/ }).check()
    await offer.waitFor({ state: 'hidden' })
    await page.getByRole('checkbox', { name: /^Patient/ }).uncheck()
    await offer.click()
    expect(await page.getByLabel(/Changed after/).inputValue()).toBe(transactionTime)
  })

  test('keeps an export for longer, and runs it again, at the press of a button', async () => {
    const started = await fetch(`${server.config.baseUrl}/fhir/$export?_type=Group`)
    const statusUrl = started.headers.get('content-location') ?? ''
    await expect.poll(async () => (await fetch(statusUrl)).status, { timeout: 20_000 }).toBe(200)
    const id = statusUrl.split('/').at(-1) ?? ''
    const endOf = async () => {
      const { job } = await (await fetch(`${server.config.baseUrl}/admin/api/jobs/${id}`)).json()
      return Date.parse(job.expiresAt)
    }
    const end = await endOf()
    await page.goto(`/jobs/${id}`)
    await page.getByRole('button', { name: 'Keep a week longer' }).click()
    await expect.poll(endOf).toBe(end + 7 * 86_400_000)
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.waitForURL((url) => url.pathname.startsWith('/jobs/') && !url.pathname.endsWith(id))
    await page.getByText('Completed', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Delete export' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete export' }).click()
    await page.waitForURL('**/jobs')
    await fetch(statusUrl, { method: 'DELETE' })
  })

  test('lets an export that failed go on, tells whose it is, and what the service has to say against it', async () => {
    const instant = '2026-11-20T10:26:46.123Z'
    const job = (state: string) => ({
      ...{ id: 'job-1', level: 'system', state, types: [], request: 'http://x/fhir/$export' },
      ...{ statusUrl: 'http://x/s', clientId: 'registry', askedBy: 'Cancer registry', createdAt: instant },
      ...{ transactionTime: instant, progress: { done: 3, total: 9, percent: 33 } },
      ...(state === 'failed' ? { failure: 'Cannot finish the export: no storage', endedAt: instant } : {}),
    })
    let state = 'failed'
    let isRefused = true
    await page.route('**/admin/api/jobs/job-1', (route) => {
      const totals = { files: 1, resources: 3, bytes: 9, problems: 0 }
      return route.fulfill({ json: { job: job(state), types: [], files: [], totals } })
    })
    await page.route('**/admin/api/jobs/job-1/retry', (route) => {
      if (isRefused) {
        const issue = [
          { severity: 'error', code: 'conflict', diagnostics: 'Cannot retry the export: not now' },
        ]
        return route.fulfill({ status: 409, json: { resourceType: 'OperationOutcome', issue } })
      }
      state = 'in-progress'
      return route.fulfill({ json: job(state) })
    })
    await page.goto('/jobs/job-1')
    await page.getByText('by Cancer registry').waitFor()
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('alert').getByText('Cannot retry the export: not now').waitFor()
    isRefused = false
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('button', { name: 'Cancel export' }).waitFor()
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
    expect(await page.getByText('not now').count()).toBe(0)
    expect(complaints.splice(0).every((complaint) => complaint.includes(' 409 '))).toBe(true)
  })

  test('shows as many jobs as it did when new ones come', async () => {
    const instant = '2026-11-20T10:26:46.123Z'
    const jobOf = (n: number) => ({
      ...{ id: `job-${n}`, level: 'system', state: 'in-progress', types: [], request: '', statusUrl: '' },
      ...{ transactionTime: instant, createdAt: instant, progress: { done: 0, total: 0, percent: 0 } },
    })
    let newest = 130
    await page.route('**/admin/api/jobs*', (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get('after') ?? newest + 1) - 1
      const jobs = Array.from({ length: Math.min(50, from) }, (_, n) => jobOf(from - n))
      return route.fulfill({ json: { jobs, ...(from > 50 ? { next: String(from - 49) } : {}) } })
    })
    await page.goto('/jobs')
    await page.getByRole('button', { name: 'Load more' }).click()
    const rows = page.getByRole('row')
    await expect.poll(() => rows.count()).toBe(101)
    newest += 20
    await page.getByRole('link', { name: 'job-150' }).waitFor()
    await page.getByRole('link', { name: 'job-101' }).waitFor()
    expect(await rows.count()).toBe(101)
  })

  test('says of a path that nobody can read that there is no such page', async () => {
    await page.goto('/jobs/%E0%A4%A')
    await page.getByText('There is no such page').waitFor()
  })

  test('can be used by keyboard and by ear, on screens of any width, and without a mouse at all', async () => {
    const [job] = (await (await fetch(`${server.config.baseUrl}/admin/api/jobs`)).json()).jobs
    for (const width of [360, 800, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme: width === 800 ? 'dark' : 'light' })
      for (const path of ['/', '/jobs', `/jobs/${job.id}`, '/new', '/data']) {
        await page.goto(path)
        await page.waitForLoadState('networkidle')
        expect(await problemsOf(page), `${path} at ${width}`).toEqual([])
      }
    }
    await page.goto('/')
    await page.waitForLoadState('networkidle')
    const order: string[] = []
    for (let n = 0; n < 7; n++) {
      await page.keyboard.press('Tab')
      order.push(
        await page.evaluate(
          () =>
            document.activeElement?.textContent?.trim() ||
            (document.activeElement instanceof HTMLInputElement ? document.activeElement.name : ''),
        ),
      )
    }
    expect(order).toEqual([
      'Skip to the content',
      'Sluice',
      'Overview',
      'Jobs',
      'Data',
      'theme',
      'New export',
    ])
  })

  test('keeps the theme that was chosen', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto('/')
    const light = await background()
    await page.getByTitle('Dark').click()
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.reload()
    expect(await background()).toBe(dark)
    await page.getByTitle('As the system').click()
    expect(await background()).toBe(light)
  })

  /** For people to look at: `SCREENSHOTS=<folder> npm run test:browser`. */
  test.skipIf(shots === '')('is photographed, each page narrow and wide, light and dark', async () => {
    const [job] = (await (await fetch(`${server.config.baseUrl}/admin/api/jobs`)).json()).jobs
    const pages = { overview: '/', jobs: '/jobs', job: `/jobs/${job.id}`, new: '/new', data: '/data' }
    await mkdir(shots, { recursive: true })
    for (const [width, height] of [
      [390, 844],
      [1280, 800],
    ] as const)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height })
        await page.emulateMedia({ colorScheme })
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(path)
          await page.waitForLoadState('networkidle')
          await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true })
        }
      }
  })
})
