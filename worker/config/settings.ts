import { z } from 'zod'
import { accessSettings } from './access-settings.ts'
import { administratorSettings } from './administrator-settings.ts'
import { amountSettings } from './amount-settings.ts'
import { authoritySettings } from './authority-settings.ts'
import { placeSettings } from './place-settings.ts'
import { requestSettings } from './request-settings.ts'
import { timeSettings } from './time-settings.ts'
import { trafficSettings } from './traffic-settings.ts'

/**
 * Every setting of the service: name, unit, default, bounds and reason, each in one place only. `loadConfig` reads the environment
 * with it, and the README's table is written from it (`table.ts`). Rules between two settings are in `rules.ts`.
 */
export const settings = z.object({
  ...placeSettings,
  ...accessSettings,
  ...authoritySettings,
  ...administratorSettings,
  ...trafficSettings,
  ...requestSettings,
  ...amountSettings,
  ...timeSettings,
})

export type SettingName = keyof typeof settings.shape

/** What the environment says, once it is read. */
export type GivenSettings = z.output<typeof settings>
