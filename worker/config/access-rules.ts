import type { Rule } from './rule.ts'
import type { SettingName } from './settings.ts'

const goTogether = (one: SettingName, other: SettingName): Rule => ({
  about: [one, other],
  problems: (given) =>
    (given[one] === undefined) === (given[other] === undefined)
      ? {}
      : { [given[one] === undefined ? one : other]: `${one} and ${other} go together` },
})

/** Of who is let in, and by what. */
export const accessRules: readonly Rule[] = [
  {
    about: ['AUTH', 'SECRET_KEY'],
    problems: ({ AUTH, SECRET_KEY }) =>
      AUTH !== 'smart' || SECRET_KEY !== undefined
        ? {}
        : {
            SECRET_KEY:
              'AUTH=smart signs tokens and stores secrets under it; make one with: openssl rand -base64 32',
          },
  },
  {
    about: ['SECRET_KEY', 'FILE_ACCESS'],
    problems: ({ SECRET_KEY, FILE_ACCESS }) =>
      FILE_ACCESS !== 'capability' || SECRET_KEY !== undefined
        ? {}
        : {
            SECRET_KEY: 'FILE_ACCESS=capability signs URLs under it; make one with: openssl rand -base64 32',
          },
  },
  {
    about: ['AUTH', 'CORS_ORIGINS', 'HOST'],
    problems: ({ AUTH, CORS_ORIGINS }) =>
      AUTH === 'smart' || CORS_ORIGINS.length === 0
        ? {}
        : { CORS_ORIGINS: 'AUTH=open answers no pages of others; choose AUTH=smart' },
  },
  goTogether('OIDC_ISSUER', 'OIDC_CLIENT_ID'),
  goTogether('CF_ACCESS_TEAM', 'CF_ACCESS_AUD'),
]
