import type { z } from 'zod'
import { accessRules } from './access-rules.ts'
import { amountRules } from './amount-rules.ts'
import { requestRules } from './request-rules.ts'
import type { Rule } from './rule.ts'
import type { Runtime } from './runtime.ts'
import { addressRules, runtimeRules } from './runtime-rules.ts'
import { type SettingName, settings } from './settings.ts'
import { storageRules } from './storage-rules.ts'

/** The schema of the whole environment: every setting, and the rules that hold between them. */
export const environmentOf = (runtime: Runtime): typeof settings =>
  rules.reduce(
    (schema, { about, problems }) =>
      schema.superRefine(
        (given, ctx) => {
          for (const [name, message] of Object.entries(problems(given, runtime)))
            ctx.addIssue({ code: 'custom', path: [name], message })
        },
        { when: areValid(about) },
      ),
    settings,
  )

const rules: readonly Rule[] = [
  ...addressRules,
  ...accessRules,
  ...runtimeRules,
  ...amountRules,
  ...requestRules,
  ...storageRules,
]

/** A rule runs as soon as its own settings are valid, whatever else is wrong: all problems are told at once. */
const areValid =
  (names: readonly SettingName[]) =>
  ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path }) => names.some((name) => path?.[0] === name))
