import type { Faker } from '@faker-js/faker'
import { faker as ar } from '@faker-js/faker/locale/ar'
import { faker as de } from '@faker-js/faker/locale/de'
import { faker as el } from '@faker-js/faker/locale/el'
import { faker as enUs } from '@faker-js/faker/locale/en_US'
import { faker as esMx } from '@faker-js/faker/locale/es_MX'
import { faker as fr } from '@faker-js/faker/locale/fr'
import { faker as ja } from '@faker-js/faker/locale/ja'
import { faker as ko } from '@faker-js/faker/locale/ko'
import { faker as pl } from '@faker-js/faker/locale/pl'
import { faker as ru } from '@faker-js/faker/locale/ru'
import { faker as vi } from '@faker-js/faker/locale/vi'
import { faker as zhCn } from '@faker-js/faker/locale/zh_CN'

export type Locale = {
  /** BCP 47. */
  readonly language: string
  readonly display: string
  /** ISO 3166. */
  readonly country: string
  /** One for all: whoever draws from it seeds it first. */
  readonly faker: Faker
}

/** Where people come from. Those who stand here several times are as much more frequent; scripts take 1 to 3 bytes a letter. */
const english: Locale = { language: 'en-US', display: 'English (United States)', country: 'US', faker: enUs }
const spanish: Locale = { language: 'es-MX', display: 'Spanish (Mexico)', country: 'MX', faker: esMx }
const locales: readonly [Locale, ...Locale[]] = [
  english,
  spanish,
  english,
  { language: 'de', display: 'German', country: 'DE', faker: de },
  english,
  { language: 'ja', display: 'Japanese', country: 'JP', faker: ja },
  english,
  spanish,
  { language: 'fr', display: 'French', country: 'FR', faker: fr },
  english,
  { language: 'zh-CN', display: 'Chinese (China)', country: 'CN', faker: zhCn },
  english,
  { language: 'pl', display: 'Polish', country: 'PL', faker: pl },
  english,
  { language: 'vi', display: 'Vietnamese', country: 'VN', faker: vi },
  english,
  { language: 'ar', display: 'Arabic', country: 'LB', faker: ar },
  english,
  { language: 'ru', display: 'Russian', country: 'RU', faker: ru },
  { language: 'ko', display: 'Korean', country: 'KR', faker: ko },
  { language: 'el', display: 'Greek', country: 'GR', faker: el },
]

/** What is drawn apart, so that nothing that is drawn of one changes another. */
const streams = { patient: 1, clinic: 2 } as const

/** The locale of the `number`th patient or clinic, its generator seeded for that one: nobody depends on who came before. */
export const seededLocale = (seed: number, stream: keyof typeof streams, number: number): Locale => {
  const locale = stream === 'clinic' ? english : (locales[number % locales.length] ?? english)
  locale.faker.seed([seed, streams[stream], number])
  return locale
}
