import type { Runtime } from './runtime.ts'
import type { GivenSettings, SettingName } from './settings.ts'

/** What must hold between settings: of those it is about, each that is wrong, and why. */
export type Rule = {
  readonly about: readonly SettingName[]
  readonly problems: (
    given: GivenSettings,
    runtime: Runtime,
  ) => Readonly<Partial<Record<SettingName, string>>>
}
