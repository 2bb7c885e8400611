import { z } from 'zod'

/** What the README's table says about a setting, kept beside the schema that reads it. */
export type SettingNote = {
  readonly unit: string
  /** As one would write it in the environment, or a phrase when it depends on other settings. */
  readonly default: string
  readonly allowed: string
  /** One sentence: what it is for and why the default is what it is. */
  readonly reason: string
  /** Never to be shown, in a message least of all. */
  readonly isSecret?: true
}

export const settingNotes = z.registry<SettingNote>()
