import { optional } from './openapi-parameters.ts'
import { formHeader } from './own-page.ts'

/** The header by which pages of ours show that they are (`own-page.ts`), in the OpenAPI document. */
export const formParameter = optional(
  'header',
  formHeader,
  'Required of whoever signs in, and of requests with the cookie of a session: no page of others can send it',
  '1',
)
