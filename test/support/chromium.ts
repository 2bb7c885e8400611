import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { findBrowser } from './find-browser.ts'

/** `undefined`: there is no browser here, and the tests in one are skipped. */
export const browserProgram = findBrowser()

/** Chromium refuses to be root but without its sandbox. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: browserProgram ?? '',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })

/** A page of a person of its own, with nothing kept from others. */
export type OpenPage = {
  readonly context: BrowserContext
  readonly page: Page
  /** What the browser's console had to say: errors of scripts, and what the page's policy has refused. */
  readonly complaints: string[]
}

/** `isExpected` says which errors in the console are none: a test that expects refused answers expects those. */
export const openPage = async (
  browser: Browser,
  baseURL: string,
  timeoutMs: number,
  isExpected: (text: string) => boolean = () => false,
): Promise<OpenPage> => {
  const context = await browser.newContext({ baseURL, locale: 'en-GB' })
  const page = await context.newPage()
  page.setDefaultTimeout(timeoutMs)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) complaints.push(message.text())
  })
  return { context, page, complaints }
}

/** A device that makes passkeys, and says yes to everything. */
export const plugInAuthenticator = async ({
  context,
  page,
}: Pick<OpenPage, 'context' | 'page'>): Promise<void> => {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  })
}
