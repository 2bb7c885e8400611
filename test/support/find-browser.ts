import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/** The Chromium that tests use: what `CHROMIUM` names, one of the system's, or one that Playwright has installed. */
export const findBrowser = (): string | undefined => {
  const named = process.env.CHROMIUM
  if (named !== undefined) return named
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...candidates, chromium.executablePath()].find(isProgram)
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether to be without a browser is an error, as it is in continuous integration. */
export const isBrowserRequired = process.env.REQUIRE_BROWSER === '1'

export const howToGetBrowser =
  'there is no Chromium. On Debian or Ubuntu: `apt-get install chromium`; elsewhere `npx playwright install chromium`, or name one in the environment variable CHROMIUM'
