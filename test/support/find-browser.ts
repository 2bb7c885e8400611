import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/** The Chromium that tests use: what `CHROMIUM` names, one of the system's, or one that Playwright has installed. */
export const findBrowser = (): string | undefined => {
  const named = process.env.CHROMIUM
  if (named !== undefined) return named
  return [...names.flatMap(pathsOf), chromium.executablePath()].find(isProgram)
}

export const isOnPath = (name: string): boolean => pathsOf(name).some(isProgram)

const pathsOf = (name: string): readonly string[] =>
  (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether to be without a browser, or without another program that tests need, is an error, as it is in continuous integration. */
export const isBrowserRequired = process.env.REQUIRE_BROWSER === '1'

export const howToGetBrowser =
  'there is no Chromium. On Debian or Ubuntu: `apt-get install chromium`; elsewhere `npx playwright install chromium`, or name one in the environment variable CHROMIUM'
