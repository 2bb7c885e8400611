import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { type RunningServer, serve } from '../../worker/node.ts'
import { problemsOf } from '../support/check-page.ts'
import { browserProgram, launchChromium, openPage, plugInAuthenticator } from '../support/chromium.ts'
import { freePort } from '../support/free-port.ts'
import { onDisk } from '../support/on-disk.ts'
import { setupToken, smartEnvironment } from '../support/principals.ts'
import { inviteByCli } from '../support/run-cli.ts'

const shots = process.env.SCREENSHOTS ?? ''

describe.skipIf(browserProgram === undefined)('Administrators in Chromium', { timeout: 60_000 }, () => {
  let folder: string
  let environment: Record<string, string>
  let server: RunningServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  /** What the browser's console had to say, but for answers that were refused, which a test expects. */
  let complaints: string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-sign-in-'))
    const PORT = String(await freePort())
    environment = {
      ...smartEnvironment,
      PORT,
      BASE_URL: `http://localhost:${PORT}`,
      ...onDisk(folder),
      SETUP_TOKEN: setupToken,
      LOG_LEVEL: 'error',
    }
    server = await serve(loadConfig(environment, 'node'))
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    const opened = await openPage(browser, server.config.baseUrl, 15_000, (text) => / status of 4/.test(text))
    ;({ context, page, complaints } = opened)
  })
  afterEach(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })

  /** By the command line, beside the server that uses the database. */
  const invite = (name: string, role?: string): Promise<string> => inviteByCli(environment, name, role)

  const isAtOverview = () => page.getByText('Resources stored').waitFor()
  const signInByKey = async (key: string) => {
    await page.getByLabel('Access key').fill(key)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  const enrolByKey = async (name: string, role?: string): Promise<string> => {
    await page.goto(await invite(name, role))
    await page.getByRole('button', { name: 'Make an access key instead' }).click()
    const key = (await page.getByText(/^slk_/).textContent()) ?? ''
    await page.getByRole('button', { name: 'I have kept it, go on' }).click()
    await isAtOverview()
    return key
  }

  test('become the first by the setup token', async () => {
    await page.goto('/')
    await page.getByRole('heading', { name: 'Set up this service' }).waitFor()
    expect(await problemsOf(page)).toEqual([])
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('Setup token').fill('wrong')
    await page.getByRole('button', { name: 'Become the first administrator' }).click()
    await page.getByText('That did not work').waitFor()
    await page.getByLabel('Setup token').fill(setupToken)
    await page.getByRole('button', { name: 'Become the first administrator' }).click()
    await page.getByRole('heading', { name: 'Welcome, Ada' }).waitFor()
    expect(page.url()).toBe(`${server.config.baseUrl}/enrol`)
    await page.getByRole('button', { name: 'Make an access key instead' }).click()
    await page.getByText(/^slk_/).waitFor()
  })

  test('enrol by a passkey, sign out, and sign in by it to where they wanted to go', async () => {
    await plugInAuthenticator({ context, page })
    const link = await invite('Grace')
    await page.goto(link)
    await page.getByRole('heading', { name: 'Welcome, Grace' }).waitFor()
    expect(page.url(), 'the secret has left the address bar').toBe(`${server.config.baseUrl}/enrol`)
    await page.getByLabel('What to call it').fill('Test key')
    await page.getByRole('button', { name: 'Create a passkey' }).click()
    await isAtOverview()
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ name: 'sluice', httpOnly: true, sameSite: 'Strict' })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await context.cookies()).toEqual([])

    await page.goto('/jobs?state=failed')
    await page.waitForURL(/\/sign-in\?to=/)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL('**/jobs?state=failed')
    await page.getByRole('link', { name: 'Grace' }).click()
    await page.getByRole('cell', { name: 'Test key', exact: true }).waitFor()

    const other = await browser.newContext({ baseURL: server.config.baseUrl })
    const again = await other.newPage()
    await again.goto(link)
    await again.getByRole('heading', { name: 'This link opens nothing' }).waitFor()
    await other.close()
  })

  test('enrol by an access key, which is shown once, and look after what is theirs', async () => {
    await plugInAuthenticator({ context, page })
    const key = await enrolByKey('Joan')
    expect(key).toMatch(/^slk_[0-9a-f]{32}_[\w-]{43}$/)
    await page.goto('/account')
    await page.getByRole('cell', { name: 'Access key', exact: true }).waitFor()
    expect(await page.content()).not.toContain(key)

    await page.getByLabel('Name of another').fill('Laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('cell', { name: 'Laptop', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Make an access key' }).click()
    await page.getByText('What is it for?').waitFor()
    await page.getByLabel('What another is for').fill('Nightly')
    await page.getByRole('button', { name: 'Make an access key' }).click()
    await page.getByText(/^slk_/).waitFor()
    await page.getByRole('cell', { name: 'Nightly', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Revoke access key Nightly' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByRole('cell', { name: 'Nightly', exact: true }).waitFor({ state: 'detached' })

    const other = await browser.newContext({ baseURL: server.config.baseUrl })
    const second = await other.newPage()
    await second.goto('/sign-in')
    await second.getByLabel('Access key').fill(key)
    await second.getByRole('button', { name: 'Sign in', exact: true }).click()
    await second.getByText('Resources stored').waitFor()
    await page.reload()
    await page.getByRole('button', { name: /End the session by Access key/ }).click()
    await page.getByRole('button', { name: 'End session' }).click()
    await page.getByRole('button', { name: /End the session by Access key/ }).waitFor({ state: 'detached' })
    await second.reload()
    await second.getByRole('heading', { name: 'Sign in' }).waitFor()
    await other.close()
  })

  test('are asked to sign in again in the midst of things, and lose nothing that they typed', async () => {
    const key = await enrolByKey('Mary')
    await page.goto('/new?type=Patient')
    await page.getByRole('radio', { name: /A Group/ }).check()
    await page.getByLabel('Group id').fill('diabetes')
    await context.clearCookies()
    await page.getByRole('button', { name: 'Start export' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Use a passkey' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Escape')
    await dialog.getByLabel('Access key').fill('slk_wrong')
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
    await dialog.getByText('That did not work').waitFor()
    await dialog.getByLabel('Access key').fill(key)
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByLabel('Group id').inputValue()).toBe('diabetes')
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.getByText('Cannot export Group/diabetes: there is none').waitFor()
  })

  test('see again what could not be read while they were signed out, without asking for it', async () => {
    const key = await enrolByKey('Annie')
    for (const [name, seen] of [
      ['Data', 'Nothing is stored yet'],
      ['Overview', 'Resources stored'],
      ['Jobs', 'Jobs'],
    ] as const) {
      await page.goto('/account')
      await page.getByRole('table', { name: 'Sessions' }).waitFor()
      await context.clearCookies()
      await page.getByRole('link', { name, exact: true }).first().click()
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
      await dialog.getByLabel('Access key').fill(key)
      await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
      await dialog.waitFor({ state: 'hidden' })
      await page.getByRole('main').getByText(seen, { exact: true }).first().waitFor({ timeout: 3000 })
      await page.getByRole('main').getByRole('alert').waitFor({ state: 'detached', timeout: 3000 })
    }
  })

  test('start exports with their session, which is nothing that another site could do', async () => {
    await enrolByKey('Vera')
    await page.goto('/new')
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/)
    const typed = await page.goto('/fhir/$export')
    expect(typed?.status(), 'a typed URL starts nothing').toBe(403)
  })

  test('of role viewer see whose exports there are, and no button that would be refused to them', async () => {
    await enrolByKey('Hedy')
    await page.goto('/new')
    await page.getByText('-H "Authorization: Bearer $SLUICE_TOKEN"').waitFor()
    await page.getByRole('button', { name: 'Start export' }).click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/)
    const job = page.url()
    await page.getByText('Completed', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Delete export' }).waitFor()
    await context.clearCookies()

    await enrolByKey('Vi', 'viewer')
    const content = page.getByRole('main')
    for (const path of ['/', '/jobs', '/data', job]) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      const acts = [
        ...(await page.getByRole('button').allInnerTexts()),
        ...(await page.getByRole('link').allInnerTexts()),
      ]
      expect(
        acts.filter((text) => /export$|^Run|^Keep|^Retry|Download|JSON/i.test(text.trim())),
        path,
      ).toEqual([])
    }
    await content
      .getByText('Files are opened by administrators of role admin')
      .or(content.getByText('There are none.'))
      .waitFor()
    await page.goto('/new')
    await content.getByText('Your role is viewer').waitFor()
    expect(await problemsOf(page)).toEqual([])
    for (const width of [360, 920, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto('/jobs')
      await content.getByText('Hedy').waitFor()
      const box = await content
        .getByRole('cell', { name: /^Everything/ })
        .first()
        .boundingBox()
      expect(box?.width, `at ${width}`).toBeGreaterThan(130)
      expect(await problemsOf(page)).toEqual([])
    }
  })

  test('are led nowhere but to pages of this service', async () => {
    const key = await enrolByKey('Lise')
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/enrol',
    ]) {
      await context.clearCookies()
      await page.goto(`/sign-in?to=${encodeURIComponent(to)}`)
      await signInByKey(key)
      await isAtOverview()
      expect(new URL(page.url()).pathname).toBe('/')
    }
  })

  test('see pages that can be used by keyboard and by ear, on screens of any width', async () => {
    await enrolByKey('Dorothy')
    await page.goto('/account')
    await page.getByRole('cell', { name: 'Access key', exact: true }).waitFor()
    const cookies = await context.cookies()
    if (shots !== '') await mkdir(shots, { recursive: true })
    const link = await invite('Rosalind', 'viewer')
    for (const width of [360, 800, 1280])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme })
        await context.addCookies(cookies)
        for (const [name, path] of [
          ['account', '/account'],
          ['overview', '/'],
          ['sign-in', '/sign-in'],
          ['enrol', link],
        ] as const) {
          if (name === 'sign-in') await context.clearCookies()
          await page.goto('about:blank')
          await page.goto(path)
          await page.waitForLoadState('networkidle')
          expect(await problemsOf(page), `${name} at ${width}`).toEqual([])
          if (shots !== '')
            await page.screenshot({
              path: join(shots, `${name}-${width}-${colorScheme}.png`),
              fullPage: true,
            })
        }
      }
  })
})
